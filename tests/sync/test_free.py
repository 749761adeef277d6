"""What nobody pays for is the reseller's own affair: it is mirrored when somebody pays, and from then on for ever."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.pricing import costs_nothing
from bss.hierarchy.move_account import MoveAccount, move_account
from bss.identifier import Kind, public
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.subscriptions.add_add_on import AddAddOn, add_add_on
from bss.subscriptions.change_offering import ChangeOffering, change_offering
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.transfer_subscription import TransferSubscription, transfer_subscription
from bss.tariff.price import from_data
from schema.execution import execute
from tests.sync.books import START, Book, agree, prices, publish
from tests.sync.channel import Channel

JULY = START.replace(month=7)


async def publish_gift(channel: Channel, book: Book, price_list_id: UUID, price: str, since: datetime) -> None:
    """A new version of the list, with another price for a gift."""
    with book.database.bound():
        await publish(book.viewer, price_list_id, prices(book.offerings, "40", "0.08", price), since)


async def edge_to(channel: Channel, account: str) -> UUID:
    select = f"SELECT id FROM edge WHERE kind = 'selling' AND buyer_account_id = '{channel.resell.accounts[account]}'"
    return UUID((await channel.rows(channel.resell, select, "id"))[0])


async def test_e17_what_is_free_on_every_edge_is_not_mirrored_until_it_is_changed_to_what_is_paid_for(
    channel: Channel,
) -> None:
    """X has a gift and Z has seats from 1 June; on the 9th X changes to better seats, which cost Lite 40."""
    free, paid = await channel.sell("X", 5, "gift"), await channel.sell("Z", 2)
    await channel.settle()
    assert {origin.id for origin in (await channel.origins()).values()} == {paid}
    channel.move_to_day(5)
    await channel.change(free, 7)
    await channel.settle()
    assert len(await channel.mirrors()) == 1
    channel.move_to_day(9)
    await channel.tell(change_offering, ChangeOffering(free, channel.resell.offerings["better"]))
    await channel.settle()
    assert (await channel.mirror_of(free)).offering_id == channel.cloud.offerings["better"]
    assert len(await channel.mirrors()) == 2
    assert await channel.in_step()


async def test_what_was_mirrored_once_stays_mirrored_when_it_becomes_free(channel: Channel) -> None:
    origin_id = await channel.sell("X", 5)
    await channel.settle()
    channel.move_to_day(9)
    await channel.tell(change_offering, ChangeOffering(origin_id, channel.resell.offerings["gift"]))
    await channel.settle()
    assert (await channel.mirror_of(origin_id)).offering_id == channel.cloud.offerings["gift"]
    await channel.change(origin_id, 6)
    await channel.settle()
    assert (await channel.mirror_of(origin_id)).quantity == 6
    assert await channel.in_step()


async def test_a_change_to_what_is_paid_for_that_is_scheduled_crosses_on_its_day(channel: Channel) -> None:
    origin_id = await channel.sell("X", 5, "gift")
    later = ChangeOffering(origin_id, channel.resell.offerings["better"], effective_at=START.replace(day=20))
    await channel.tell(change_offering, later)
    channel.move_to_day(19)
    await channel.settle()
    assert await channel.mirrors() == {}
    channel.move_to_day(20)
    await channel.settle()
    assert [mirror.quantity for mirror in (await channel.mirrors()).values()] == [5]


async def test_a_price_on_any_own_edge_makes_it_paid_from_the_first_billing_period_that_it_prices(
    channel: Channel,
) -> None:
    """Lite asks 3 for a gift from 10 June on: June was priced on the 1st, so that X pays from July on."""
    resell = channel.resell
    origin_id = await channel.sell("X", 5, "gift")
    at_z = await channel.sell("Z", 5, "gift")
    lites = (await channel.rows(resell, "SELECT id FROM price_list WHERE code = 'lite'", "id"))[0]
    channel.move_to_day(2)
    await publish_gift(channel, resell, UUID(lites), "3", START.replace(day=10))
    await channel.settle()
    channel.move_to_day(30)
    await channel.settle()
    assert await channel.mirrors() == {}
    channel.clock.move_to(JULY)
    await channel.settle()
    assert [origin.id for origin in (await channel.origins()).values()] == [origin_id]
    assert at_z not in {origin.id for origin in (await channel.origins()).values()}
    assert await channel.in_step()


async def test_the_price_that_begins_first_is_the_one_that_is_waited_for(channel: Channel) -> None:
    """Retail asks for gifts from September on; then Lite does from August on."""
    resell = channel.resell
    origin_id = await channel.sell("X", 5, "gift")
    await publish_gift(channel, resell, resell.price_list_id, "2", START.replace(month=9))
    await channel.settle()
    lites = (await channel.rows(resell, "SELECT id FROM price_list WHERE code = 'lite'", "id"))[0]
    await publish_gift(channel, resell, UUID(lites), "3", START.replace(month=8))
    await channel.settle()
    assert await channel.mirrors() == {}
    channel.clock.move_to(START.replace(month=8))
    await channel.settle()
    assert [origin.id for origin in (await channel.origins()).values()] == [origin_id]


async def test_a_price_of_the_distributor_alone_makes_it_paid(channel: Channel) -> None:
    """The reseller gives it away, and pays the distributor for it from July on."""
    origin_id = await channel.sell("X", 5, "gift")
    await publish_gift(channel, channel.cloud, channel.cloud.price_list_id, "1", JULY)
    await channel.settle()
    assert await channel.mirrors() == {}
    channel.clock.move_to(JULY)
    await channel.settle()
    assert [origin.id for origin in (await channel.origins()).values()] == [origin_id]


async def test_an_edge_that_takes_another_price_list_makes_it_paid(channel: Channel) -> None:
    resell = channel.resell
    origin_id = await channel.sell("Z", 5, "gift")
    await channel.settle()
    dear = await channel.tell(create_price_list, CreatePriceList(resell.root_id, "dear", "Dear", "EUR"))
    await publish_gift(channel, resell, dear, "9", START)
    await channel.settle()
    assert await channel.mirrors() == {}
    await channel.tell(update_edge, UpdateEdge(await edge_to(channel, "Z"), dear))
    await channel.settle()
    assert [origin.id for origin in (await channel.origins()).values()] == [origin_id]


async def test_an_account_that_moves_below_one_whose_edge_has_a_price_takes_it_across(channel: Channel) -> None:
    """W is charged on the edge of the lite reseller above it: Giver asks nothing for a gift, and Dearer pays 9."""
    resell = channel.resell
    place = {}
    for name, price in (("Giver", "0"), ("Dearer", "9")):
        asked = CreateAccount(resell.root_id, AccountKind.LITE_RESELLER, name, "", "", "")
        place[name] = await channel.tell(create_account, asked)
        listed = await channel.tell(create_price_list, CreatePriceList(resell.root_id, name, name, "EUR"))
        await publish_gift(channel, resell, listed, price, START)
        with resell.database.bound():
            await agree(resell.viewer, resell.root_id, place[name], listed)
    below = CreateAccount(place["Giver"], AccountKind.CUSTOMER, "W", "", "", "")
    moving = await channel.tell(create_account, below)
    origin_id = await channel.tell(
        create_subscription, CreateSubscription(moving, resell.offerings["gift"], Decimal(5))
    )
    await channel.settle()
    assert await channel.mirrors() == {}
    await channel.tell(move_account, MoveAccount(moving, place["Dearer"]))
    await channel.settle()
    assert [origin.id for origin in (await channel.origins()).values()] == [origin_id]
    assert await channel.in_step()


async def test_a_free_plan_crosses_with_its_paid_add_on_and_a_free_predecessor_with_its_paid_successor(
    channel: Channel,
) -> None:
    plan = await channel.sell("X", 5, "gift")
    add_on = await channel.tell(add_add_on, AddAddOn(plan, channel.resell.offerings["support"], Decimal(2)))
    await channel.settle()
    assert (await channel.mirror_of(add_on)).parent_id == (await channel.mirror_of(plan)).id
    given = await channel.sell("X", 1, "gift")
    channel.move_to_day(16)
    taken = await channel.tell(transfer_subscription, TransferSubscription(given, channel.resell.accounts["Z"]))
    await channel.settle()
    assert len(await channel.mirrors()) == 2
    channel.move_to_day(20)
    await channel.tell(change_offering, ChangeOffering(taken, channel.resell.offerings["better"]))
    await channel.settle()
    assert (await channel.mirror_of(taken)).predecessor_id == (await channel.mirror_of(given)).id
    assert await channel.in_step()


async def test_what_is_free_keeps_no_invoice_from_being_issued_though_no_supplier_has_accepted_it(
    channel: Channel,
) -> None:
    """In June X has five gifts, of which Cloud knows nothing, and two seats at 50."""
    await channel.sell("X", 5, "gift")
    await channel.sell("X", 2)
    await channel.settle()
    channel.clock.move_to(JULY)
    document = "query($id: ID!) { draftInvoice(accountId: $id) { total { amount } issues { reason } } }"
    account = public(Kind.ACCOUNT, channel.resell.accounts["X"])
    with channel.resell.database.bound():
        body = await execute(document, channel.resell.viewer, channel.clock, {"id": account})
    assert body["data"]["draftInvoice"][0] == {"total": {"amount": "100.00"}, "issues": []}


TIERS = {"model": "graduated", "tiers": [{"up_to": "5", "unit": "0"}, {"up_to": None, "unit": "0", "flat": "0"}]}


@pytest.mark.parametrize(
    ("price", "nothing"),
    [
        ({"model": "flat", "fee": "0.00"}, True),
        ({"model": "flat", "fee": "0.01"}, False),
        ({"model": "per_unit", "unit": "0"}, True),
        ({"model": "per_unit", "unit": "0.000001"}, False),
        ({"model": "package", "size": "10", "block": "0"}, True),
        ({"model": "package", "size": "10", "block": "1"}, False),
        (TIERS, True),
        ({**TIERS, "model": "volume"}, True),
        ({"model": "volume", "tiers": [{"up_to": "5", "unit": "0"}, {"up_to": None, "unit": "1"}]}, False),
        ({"model": "graduated", "tiers": [{"up_to": None, "unit": "0", "flat": "1"}]}, False),
    ],
)
def test_a_price_is_free_when_it_comes_to_nothing_whatever_is_used(price: dict[str, object], nothing: bool) -> None:
    assert costs_nothing(from_data(price)) is nothing
