"""Billing by itself: workers look once a day, and what ended while nobody could look is billed once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.transaction.begin import reading
from bss.transaction.database import Database
from sync.transport import InProcessTransport
from tests.schema.books import Books
from workers.attend import attend
from workers.work import Tools

RUNS = "SELECT until, state, invoices FROM bill_run WHERE organisation_id = $1 ORDER BY until"
LOOKS = "SELECT key, state FROM job WHERE organisation_id = $1 AND kind = 'bill:schedule' ORDER BY key"


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest_asyncio.fixture
async def worker(books: Books, database: Database) -> AsyncIterator[Tools]:
    async with Xhtml2pdfRenderer() as renderer:
        yield Tools(books.clock, InProcessTransport(lambda _key, _side: database, books.clock), renderer)


async def scheduled(books: Books, days: int | None) -> dict[str, Any]:
    given = {"graceDays": days}
    return await books.make("setBillingSchedule", given, show="... on Organisation { billingGraceDays }")


async def works(books: Books, worker: Tools, now: datetime) -> None:
    """A worker is there at this instant, and does all that is due."""
    books.clock.move_to(now)
    while await attend(books.staff, worker):
        pass


async def runs(books: Books) -> list[tuple[str, str, int]]:
    async with reading(books.staff) as tx:
        rows = await tx.connection.fetch(RUNS, tx.organisation_id)
    return [(f"{row['until']:%m-%d %H}", row["state"], row["invoices"]) for row in rows]


async def looks(books: Books) -> list[tuple[str, str]]:
    async with reading(books.staff) as tx:
        return [tuple(row) for row in await tx.connection.fetch(LOOKS, tx.organisation_id)]


async def test_b02_a_month_is_billed_by_itself_when_its_days_of_grace_have_passed(books: Books, worker: Tools) -> None:
    """Three days after January, from three in the morning of 4 February in Amsterdam on; X, Z and Lite are billed."""
    books.clock.move_to(at(1, 20))
    assert (await scheduled(books, 3))["billingGraceDays"] == 3
    for day in (20, 21, 31):
        await works(books, worker, at(1, day))
    for moment in (at(2, 1), at(2, 3), at(2, 4, 1)):
        await works(books, worker, moment)
    assert await runs(books) == []
    await works(books, worker, at(2, 4, 2))
    assert await runs(books) == [("01-31 23", "done", 3)]
    await works(books, worker, at(2, 5))
    assert await runs(books) == [("01-31 23", "done", 3)]
    assert (await looks(books))[-1] == ("2026-02-06", "due")


async def test_what_ended_while_no_worker_ran_is_billed_once(books: Books, worker: Tools) -> None:
    books.clock.move_to(at(1, 20))
    await scheduled(books, 0)
    await works(books, worker, at(1, 20))
    await works(books, worker, at(5, 20))
    await works(books, worker, at(5, 20) + timedelta(minutes=1))
    assert await runs(books) == [("05-19 22", "done", 12)]
    invoices = (await books.data("{ invoices(first: 50) { edges { node { number pdf { sha256 } } } } }"))["invoices"]
    assert len(invoices["edges"]) == 12
    assert all(edge["node"]["pdf"] for edge in invoices["edges"])
    assert await looks(books) == [("2026-01-20", "done"), ("2026-01-21", "done"), ("2026-05-21", "due")]


async def test_a_parked_run_waits_for_a_person_and_the_next_month_comes_all_the_same(
    books: Books, worker: Tools
) -> None:
    """Usage of what is not in service parks Z's bill; the run is not asked for again until another month ended."""
    books.clock.move_to(at(1, 20))
    await scheduled(books, 0)
    await books.make("cancelSubscription", {"subscriptionId": books.ids["of z"], "effectiveAt": "2026-01-10T00:00:00Z"})
    reading_of_february = {
        "eventId": "late",
        "subscriptionId": books.ids["of z"],
        "meter": "vcpu_hours",
        "startsAt": "2026-02-10T00:00:00Z",
        "endsAt": "2026-02-10T01:00:00Z",
        "value": "1",
    }
    books.clock.move_to(at(2, 20))
    await books.make("recordUsage", {"source": "hypervisor", "readings": [reading_of_february]})
    for day in (1, 2, 3):
        await works(books, worker, at(3, day))
    assert [state for _, state, _ in await runs(books)] == ["parked"]
    await works(books, worker, at(4, 1))
    assert [state for _, state, _ in await runs(books)] == ["parked", "parked"]


async def test_a_module_that_is_switched_off_bills_nobody_and_comes_back(books: Books, worker: Tools) -> None:
    books.clock.move_to(at(1, 20))
    await scheduled(books, 0)
    await works(books, worker, at(1, 20))
    await books.make("setModules", {"modules": ["CHANNEL"]})
    await works(books, worker, at(2, 1))
    assert await runs(books) == []
    await books.make("setModules", {"modules": ["CHANNEL", "BILLING"]})
    await works(books, worker, at(2, 2))
    assert await runs(books) == [("02-01 23", "done", 3)]


async def test_who_bills_by_request_is_left_alone(books: Books, worker: Tools) -> None:
    books.clock.move_to(at(1, 20))
    await scheduled(books, 0)
    assert (await scheduled(books, None))["billingGraceDays"] is None
    await works(books, worker, at(3, 5))
    assert await runs(books) == []


@pytest.mark.parametrize("given", [{"graceDays": -1}, {"graceDays": 61}, {}])
async def test_days_that_nobody_waits_or_names_are_refused(books: Books, given: dict[str, int]) -> None:
    refused = await books.call("setBillingSchedule", given)
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["graceDays"])


async def test_a_partner_does_not_set_the_organisations_schedule(books: Books) -> None:
    refused = await books.call("setBillingSchedule", {"graceDays": 1}, viewer=books.as_role("partner_sales", "lite"))
    assert refused["code"] == "PERMISSION_DENIED"
