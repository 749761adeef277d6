"""What a partner and a customer see of the catalogue above them: what is published to them, and no price."""

from __future__ import annotations

from dataclasses import replace

import asyncpg
import pytest

from bss.catalogue import queries
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.from_above import published_by_ancestors, rows_from_above
from bss.catalogue.meter import MeterKind
from bss.catalogue.publish_prices import PublishPrices, publish_prices
from bss.refusal import InvalidInput, PermissionDenied
from bss.role import STANDARD
from bss.transaction.begin import begin, reading
from bss.transaction.database import Database
from tests.catalogue.books import NEW_YEAR, NOW, open_books, seat, with_edges


async def test_a_partner_sees_its_own_price_list_and_not_the_one_it_buys_by(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    partner = books.within(books.lite)
    every = (lists.to_lite, lists.to_z, lists.of_lite)
    assert set(await queries.price_lists(partner, every)) == {lists.of_lite}
    prices = await queries.prices_in_force(partner, every, NOW)
    assert {found: len(lines) for found, lines in prices.items()} == {
        lists.to_lite: 0,
        lists.to_z: 0,
        lists.of_lite: 1,
    }
    async with reading(partner) as tx:
        for table in ("price_list", "price_version", "price"):
            assert await tx.connection.fetchval(f"SELECT count(*) FROM {table}") == 1


async def test_only_offerings_on_its_own_edges_are_known_to_a_partner_and_a_customer(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    unsold = await books.offering("unsold")
    for_z = await books.offering("for-z")
    await books.publish(lists.to_z, seat(for_z, "1"), valid_from=NOW)
    asked = (books.mail_id, unsold, for_z)
    assert set(await published_by_ancestors(books.staff, asked)) == set(asked)
    assert set(await published_by_ancestors(books.within(books.lite), asked)) == {books.mail_id}
    assert set(await published_by_ancestors(books.within(books.x), asked)) == {books.mail_id}
    assert set(await published_by_ancestors(books.within(books.z), asked)) == {books.mail_id, for_z}


async def test_a_partner_prices_what_is_published_to_it_and_nothing_else(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    unsold = await books.offering("unsold")
    partner = books.within(books.lite)
    await publish_prices(partner, PublishPrices(lists.of_lite, NOW, (seat(books.mail_id, "8"),)), now=NOW)
    with pytest.raises(InvalidInput, match="no such offering"):
        await publish_prices(partner, PublishPrices(lists.of_lite, NOW, (seat(unsold, "8"),)), now=NOW)


async def test_the_scope_is_narrow_again_after_a_reading_from_above(database: Database) -> None:
    books = await open_books()
    count = "SELECT count(*) AS rows FROM account WHERE organisation_id = $1"
    async with begin(books.within(books.lite)) as tx:
        (above,) = await rows_from_above(tx.viewer, count, tx.organisation_id)
        assert (above["rows"], await tx.connection.fetchval(count, tx.organisation_id)) == (4, 2)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await rows_from_above(tx.viewer, "SELECT 1 / 0")
        assert await tx.connection.fetchval(count, tx.organisation_id) == 2


async def test_every_client_reads_the_meters_and_only_the_whole_organisation_makes_them(database: Database) -> None:
    books = await open_books()
    customer = replace(books.within(books.x), permissions=STANDARD["billing_viewer"].permissions)
    assert [meter.unit for meter in (await queries.meters(customer)).values()] == ["vCPU-hour"]
    request = CreateMeter("disk", "Disk", "GB", MeterKind.SUM)
    with pytest.raises(PermissionDenied):
        await create_meter(books.within(books.lite), request, now=NOW)


async def test_a_customer_may_not_ask_for_prices_at_all(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    customer = replace(books.within(books.x), permissions=STANDARD["billing_viewer"].permissions)
    with pytest.raises(PermissionDenied):
        await queries.prices_in_force(customer, (lists.of_lite,), NEW_YEAR)
