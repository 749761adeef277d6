"""A year that is paid in advance crosses the link: what Cloud sells it for is what the reseller pays, pair by pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest_asyncio

from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import NewPrice
from bss.cycle import Cycle, CycleAnchor, CycleUnit
from bss.invoicing.bill_run import RequestBillRun, request_bill_run, run
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.transaction.begin import reading
from sync.resend_supply import ResendSupply, resend_supply
from tests.sync.books import START, Book, prices, publish
from tests.sync.channel import Channel

YEAR = Cycle(1, CycleUnit.YEAR, CycleAnchor.ANNIVERSARY)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def yearly(channel: Channel) -> Channel:
    """From July on Cloud sells a year at 365 EUR in advance, and the reseller at 730, to Lite and to Z."""
    channel.clock.move_to(JULY)
    cloud, resell = channel.cloud, channel.resell
    with cloud.database.bound():
        product = (await create_product(cloud.viewer, CreateProduct(cloud.root_id, "y", "Y"), now=JULY)).object_id
        year = (await create_offering(cloud.viewer, CreateOffering(product, "y", "Y", cycle=YEAR), now=JULY)).object_id
        channel.cloud = replace(cloud, offerings={**cloud.offerings, "year": year})
        await sell_at(channel.cloud, "30", "0.05", "365")
    with resell.database.bound():
        product = (await create_product(resell.viewer, CreateProduct(resell.root_id, "y", "Y"), now=JULY)).object_id
        adopted = CreateOffering(product, "y", "Y", cycle=YEAR, supply_link_id=resell.link_id, supply_offering_id=year)
        bought = (await create_offering(resell.viewer, adopted, now=JULY)).object_id
        channel.resell = replace(resell, offerings={**resell.offerings, "year": bought})
        await sell_at(channel.resell, "40", "0.08", "730")
    with cloud.database.bound():
        await resend_supply(cloud.viewer, ResendSupply(cloud.link_id), now=channel.now)
    await channel.settle()
    return channel


async def sell_at(book: Book, seat: str, hour: str, year: str) -> None:
    model = {"model": "per_unit", "unit": year}
    each = NewPrice(book.offerings["year"], "year", ChargeKind.RECURRING_IN_ADVANCE, "Year", model)
    await publish(book.viewer, book.price_list_id, (*prices(book.offerings, seat, hour), each), JULY)


async def billed(channel: Channel, book: Book, until: datetime) -> list[tuple[str, str, str, Decimal]]:
    """The lines of the year in that book, by edge: kind of edge, service period, amount."""
    with book.database.bound():
        asked = (await request_bill_run(book.viewer, RequestBillRun(until), now=channel.now)).object_id
        await run(book.viewer, asked, now=channel.now)
        async with reading(book.viewer) as tx:
            rows = await tx.connection.fetch(
                "SELECT edge_kind, service_start, service_end, amount FROM billable_line WHERE charge = 'year'"
                " ORDER BY edge_kind, service_start, kind"
            )
    return [(row["edge_kind"], f"{row['service_start']:%F}", f"{row['service_end']:%F}", row["amount"]) for row in rows]


async def test_a_year_is_charged_and_changed_on_both_sides_of_the_link(yearly: Channel) -> None:
    """Two years from 2 July; from 1 September on one (61 of 365 days have passed, 304 are given back)."""
    yearly.clock.move_to(JULY.replace(day=2))
    origin = await yearly.sell("Z", 2, "year")
    await yearly.settle()
    assert (await yearly.mirror_of(origin)).cycle == YEAR
    yearly.clock.move_to(JULY.replace(month=9, day=1))
    fewer = ChangeQuantity(origin, Decimal(1), yearly.now)
    with yearly.resell.database.bound():
        await change_quantity(yearly.resell.viewer, fewer, now=yearly.now)
    await yearly.settle()
    assert await yearly.in_step()
    yearly.clock.move_to(JULY.replace(month=10, day=1))
    sold = await billed(yearly, yearly.cloud, yearly.now)
    bought = await billed(yearly, yearly.resell, yearly.now)
    paid = [line[1:] for line in bought if line[0] == "supply"]
    assert (
        paid
        == [line[1:] for line in sold]
        == [
            ("2026-07-02", "2027-07-02", Decimal("730.00")),
            ("2026-09-01", "2027-07-02", Decimal("-608.00")),
            ("2026-09-01", "2027-07-02", Decimal("304.00")),
        ]
    )
    assert [line[3] for line in bought if line[0] == "selling"] == [
        Decimal("1460.00"),
        Decimal("-1216.00"),
        Decimal("608.00"),
    ]


async def test_the_prices_in_advance_are_received_as_such(yearly: Channel) -> None:
    with yearly.resell.database.bound():
        async with reading(yearly.resell.viewer) as tx:
            kinds = await tx.connection.fetch(
                "SELECT p.kind FROM price p JOIN price_version v ON v.id = p.version_id"
                " WHERE v.received AND p.charge = 'year' AND v.valid_from > $1",
                START,
            )
    assert [row["kind"] for row in kinds] == ["recurring_in_advance"]
