"""C06 of the channel's golden cases: a link that is down while seats change loses no paid day."""

from __future__ import annotations

from bss.clock import SetClock
from bss.transaction.database import Database
from server.demo.books import Books
from server.demo.channel import opened_channel
from server.demo.closing import close_the_month
from server.demo.prices import RESELLER
from server.demo.story import EVE, Story
from tests.april import BlankPaper


async def test_five_eight_and_six_seats_with_the_link_down_between_are_billed_190_by_the_distributor(
    database: Database,
) -> None:
    """5 seats from the 1st, 8 from the 11th, 6 from the 21st, at 30.00; the link is down from the 10th to the 25th."""
    books = Books(database, database, SetClock(EVE), BlankPaper())
    story = Story(books, await opened_channel(books, EVE, RESELLER | {"seat": "30.00"}), lambda _: None)
    await story.month()
    issued = {each.document.number: each.document for each in await close_the_month(story)}
    of_x = [line for line in issued["CLD-000001"].lines if line.subscription_name == "X Office seats"]
    assert [(line.quantity, line.amount) for line in of_x] == [("5", "50.00"), ("8", "80.00"), ("6", "60.00")]
    assert sum(int(line.amount.partition(".")[0]) for line in of_x) == 190
