"""What the supplier states: written as bss_sync only, once, and locked for everybody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bss.agreements import queries
from bss.agreements.edge import EdgeKind
from bss.agreements.receive_supply import SupplyTerms, receive_supply
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import PublishPrices, publish_prices
from bss.catalogue.queries import meters, offering, prices_in_force
from bss.catalogue.receive_prices import Received, receive_prices
from bss.catalogue.supplied import SuppliedMeter, SuppliedPrice, SuppliedPrices, SuppliedVersion
from bss.refusal import Conflict, InvalidInput, LockedField
from bss.transaction.begin import begin
from bss.transaction.database import Database, Role
from tests.catalogue.books import NEW_YEAR, NOW, Books, open_books, per_unit, refused_statements, seat, with_edges

LINK = UUID(int=1)
THEIR_DRIVE = UUID(int=2)
THEIR_DISK = UUID(int=3)
GB_HOURS = SuppliedMeter("gb", "Storage", "GB-hour", 3_600_000, MeterKind.TIME_WEIGHTED)


def stated(rate: str = "5", **facts: Any) -> SuppliedPrices:
    """The supplier's list: their drive at this rate for a seat, their disk at 0.01 for a GB-hour."""
    prices = (
        SuppliedPrice(THEIR_DRIVE, "seat", ChargeKind.RECURRING, "Seats", None, per_unit(rate)),
        SuppliedPrice(THEIR_DISK, "gb", ChargeKind.USAGE, "GB-hours", "gb", per_unit("0.01")),
    )
    version = SuppliedVersion(1, NEW_YEAR, NEW_YEAR, prices)
    return replace(SuppliedPrices("wholesale", "Cloud's wholesale", "EUR", (GB_HOURS,), (version,)), **facts)


async def received(books: Books, supplied: SuppliedPrices) -> Received:
    async with begin(books.staff, role=Role.SYNC) as tx:
        return await receive_prices(tx, LINK, supplied)


async def supplied_by(books: Books, price_list_id: UUID, **facts: Any) -> UUID:
    terms = replace(SupplyTerms(LINK, price_list_id, "EUR", "Europe/Amsterdam", "standard", 1), **facts)
    async with begin(books.staff, role=Role.SYNC) as tx:
        return await receive_supply(tx, terms, now=NOW)


async def test_prices_are_received_for_what_is_resold_and_again_when_more_is(database: Database) -> None:
    books = await open_books()
    drive = await books.offering("drive", LINK, THEIR_DRIVE)
    first = await received(books, stated())
    assert first.not_resold == {THEIR_DISK}
    disk = await books.offering("disk", LINK, THEIR_DISK)
    second = await received(books, stated())
    assert second == Received(first.price_list_id, frozenset())
    lines = (await prices_in_force(books.staff, (first.price_list_id,), NOW))[first.price_list_id]
    assert {(line.offering_id, line.model["unit"]) for line in lines} == {(drive, "5"), (disk, "0.01")}
    assert (await meters(books.staff, ("gb",)))["gb"].divisor == 3_600_000


async def test_a_published_price_or_currency_that_changes_is_a_conflict_and_changes_nothing(database: Database) -> None:
    books = await open_books()
    await books.offering("drive", LINK, THEIR_DRIVE)
    price_list_id = (await received(books, stated("5"))).price_list_id
    with pytest.raises(Conflict, match="'Seats' was received with other terms"):
        await received(books, stated("6", name="Renamed"))
    with pytest.raises(Conflict, match="is in EUR"):
        await received(books, stated(currency="USD"))
    with pytest.raises(Conflict, match="measures something else"):
        await received(books, stated(meters=(replace(GB_HOURS, divisor=1, kind=MeterKind.SUM),)))
    (line,) = (await prices_in_force(books.staff, (price_list_id,), NOW))[price_list_id]
    assert line.model["unit"] == "5"


async def test_the_supply_edge_ends_the_chain_of_what_is_bought_over_its_link(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    drive = await offering(books.staff, await books.offering("drive", LINK, THEIR_DRIVE))
    await books.publish(lists.to_z, seat(drive.id, "10"), seat(books.mail_id, "9"), valid_from=NOW)
    price_list_id = (await received(books, stated())).price_list_id
    edge_id = await supplied_by(books, price_list_id)
    chain = (await queries.edges_above(books.staff, (books.z.path,)))[books.z.path]
    assert [edge.kind for edge in chain] == [EdgeKind.SELLING, EdgeKind.SUPPLY]
    assert [edge.concerns(LINK) for edge in chain] == [True, True]
    assert [edge.concerns(None) for edge in chain] == [True, False]
    february = NOW.replace(month=2)
    assert await queries.missing_prices(books.staff, books.z.path, drive, february) == ()
    assert await supplied_by(books, price_list_id, billing_day=15) == edge_id
    assert (await queries.edge(books.staff, edge_id)).billing_day == 15


async def test_supply_terms_in_another_currency_than_their_list_are_refused(database: Database) -> None:
    books = await open_books()
    price_list_id = (await received(books, stated())).price_list_id
    with pytest.raises(InvalidInput, match="in USD, its price list in EUR"):
        await supplied_by(books, price_list_id, currency="USD")
    with pytest.raises(InvalidInput, match="Only a received price list"):
        await supplied_by(books, await books.price_list(books.root, "own"))


async def test_raw_sql_of_the_application_cannot_touch_what_was_received(database: Database) -> None:
    books = await open_books()
    await supplied_by(books, (await received(books, stated())).price_list_id)
    statements = (
        "UPDATE price_list SET name = 'Mine' WHERE received",
        "DELETE FROM price_list WHERE received",
        "UPDATE price_list SET received = false WHERE received",
        "UPDATE edge SET billing_day = 2 WHERE received",
        "UPDATE edge SET received = false WHERE received",
        "DELETE FROM edge WHERE received",
        "INSERT INTO price_version SELECT gen_random_uuid(), organisation_id, path, price_list_id, 2, now(), now(),"
        " true FROM price_version WHERE received",
    )
    assert await refused_statements(books.staff, statements, "LOCKED") == statements


async def test_a_received_list_is_locked_for_publishing_and_not_for_selling_by(database: Database) -> None:
    books = await open_books()
    price_list_id = (await received(books, stated())).price_list_id
    request = PublishPrices(price_list_id, NOW, (seat(books.mail_id, "1"),))
    with pytest.raises(LockedField, match="managed by the supplier"):
        await publish_prices(books.staff, request, now=NOW)
    with pytest.raises(InvalidInput, match="does not sell at them"):
        await books.edge(books.root, books.z, price_list_id)


async def test_the_application_role_cannot_receive(database: Database) -> None:
    books = await open_books()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="LOCKED"):
        async with begin(books.staff) as tx:
            await receive_prices(tx, LINK, stated())
