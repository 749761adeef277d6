"""Publishing: everything wrong is told at once, and what is published never changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bss.catalogue import queries
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind, PriceVersion
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.refusal import Conflict, InvalidInput
from bss.tariff.price import from_data
from bss.transaction.command import Outcome
from bss.transaction.database import Database
from bss.transaction.page import PageRequest
from tests.catalogue.books import NEW_YEAR, NOW, Books, open_books, per_unit, refused_statements, seat

NOWHERE = UUID(int=7)
FEBRUARY = datetime(2026, 1, 31, 23, tzinfo=UTC)


async def test_a_document_with_nine_mistakes_is_told_all_nine(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    await books.publish(price_list_id, seat(books.mail_id, "10"))
    lite_product = await create_product(books.staff, CreateProduct(books.lite.id, "own", "Own"), now=NOW)
    lites = await create_offering(books.staff, CreateOffering(lite_product.object_id, "own", "Own"), now=NOW)
    crossed = {"model": "graduated", "tiers": [{"up_to": "5"}, {"up_to": "3"}, {"up_to": None, "unit": "-1"}]}
    prices = (
        seat(NOWHERE, "1"),
        seat(books.mail_id, "1"),
        NewPrice(books.mail_id, "hours", ChargeKind.USAGE, "Hours", crossed, meter="unheard-of"),
        NewPrice(books.mail_id, "more", ChargeKind.USAGE, "More", per_unit("1")),
        NewPrice(books.mail_id, "seat", ChargeKind.RECURRING, "Again", per_unit("1")),
        NewPrice(books.mail_id, "setup", ChargeKind.ONE_TIME, "Set-up", per_unit("1"), meter="vcpu"),
        seat(lites.object_id, "1"),
    )
    with pytest.raises(InvalidInput) as refused:
        await publish_prices(books.staff, PublishPrices(price_list_id, NEW_YEAR, prices), now=NOW)
    assert sorted(".".join(problem.path) for problem in refused.value.problems) == [
        "prices.0.offeringId",
        "prices.2.meter",
        "prices.2.model.tiers.1.upTo",
        "prices.2.model.tiers.2.unit",
        "prices.3.meter",
        "prices.4.charge",
        "prices.5.meter",
        "prices.6.offeringId",
        "validFrom",
    ]
    assert [version.number for version in (await _versions(books, price_list_id))] == [1]


async def test_the_greatest_start_that_is_not_after_the_instant_is_in_force(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    await books.publish(price_list_id, seat(books.mail_id, "10"))
    await books.publish(price_list_id, seat(books.mail_id, "11"), valid_from=FEBRUARY)
    before_all = NEW_YEAR - timedelta(microseconds=1)
    instants = (before_all, NEW_YEAR, FEBRUARY - timedelta(microseconds=1), FEBRUARY)
    assert [await _rates(books, price_list_id, at) for at in instants] == [[], ["10"], ["10"], ["11"]]


async def test_a_version_replaces_the_one_before_it_as_a_whole(database: Database) -> None:
    books = await open_books()
    price_list_id, other_id = await books.price_list(books.root, "retail"), await books.offering("drive")
    await books.publish(price_list_id, seat(books.mail_id, "10"), seat(other_id, "4"))
    await books.publish(price_list_id, seat(other_id, "5"), valid_from=FEBRUARY)
    assert await _rates(books, price_list_id, FEBRUARY) == ["5"]


async def test_raw_sql_cannot_rewrite_what_is_published(database: Database) -> None:
    books = await open_books()
    await books.publish(await books.price_list(books.root, "retail"), seat(books.mail_id, "10"))
    statements = (
        "UPDATE price SET model = '{}'",
        "DELETE FROM price",
        "UPDATE price_version SET valid_from = valid_from - interval '1 day'",
        "DELETE FROM price_version",
    )
    refused = await refused_statements(books.staff, statements, "append-only")
    assert refused == statements


async def test_eight_publications_at_once_follow_one_another(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    requests = [
        PublishPrices(price_list_id, NEW_YEAR + timedelta(days=day), (seat(books.mail_id, "10"),)) for day in range(8)
    ]
    results = await asyncio.gather(
        *(publish_prices(books.staff, request, now=NOW) for request in requests), return_exceptions=True
    )
    too_late = [result for result in results if isinstance(result, InvalidInput)]
    published = [result for result in results if isinstance(result, Outcome)]
    assert len(published) + len(too_late) == 8
    versions = await _versions(books, price_list_id)
    assert [version.number for version in versions] == list(range(1, len(published) + 1))
    starts = [version.valid_from for version in versions]
    assert starts == sorted(starts)
    assert starts[-1] == NEW_YEAR + timedelta(days=7)


async def test_a_published_price_comes_back_as_the_price_that_was_meant(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    usage = NewPrice(books.mail_id, "vcpu", ChargeKind.USAGE, "vCPU-hours", per_unit("0.0125"), meter="vcpu")
    await books.publish(price_list_id, usage)
    (line,) = (await queries.prices_in_force(books.staff, (price_list_id,), NOW))[price_list_id]
    price = from_data(line.model)
    assert (line.kind, line.meter, price.data["unit"]) == (ChargeKind.USAGE, "vcpu", "0.0125")
    meter = (await queries.meters(books.staff, ("vcpu",)))["vcpu"]
    stored = Decimal(4) * 90 * 60 * 1000  # 4 vCPU for 90 minutes, in vCPU-milliseconds
    assert (meter.kind, stored / meter.divisor) == (MeterKind.TIME_WEIGHTED, Decimal(6))


async def test_a_code_is_used_once_by_each_owner(database: Database) -> None:
    books = await open_books()
    await books.price_list(books.root, "retail")
    await books.price_list(books.lite, "retail")
    with pytest.raises(Conflict):
        await create_price_list(books.staff, CreatePriceList(books.root.id, "retail", "Again", "EUR"), now=NOW)


async def test_a_customer_owns_no_price_list_and_no_list_is_in_an_unknown_currency(database: Database) -> None:
    books = await open_books()
    with pytest.raises(InvalidInput, match="does not sell"):
        await create_price_list(books.staff, CreatePriceList(books.z.id, "own", "Own", "EUR"), now=NOW)
    with pytest.raises(InvalidInput, match="'EURO' is no ISO 4217"):
        await create_price_list(books.staff, CreatePriceList(books.root.id, "own", "Own", "EURO"), now=NOW)


async def test_a_resold_offering_names_link_and_offering_and_belongs_to_the_organisation(database: Database) -> None:
    books = await open_books()
    half = CreateOffering(books.product_id, "half", "Half", supply_link_id=NOWHERE)
    with pytest.raises(InvalidInput) as refused:
        await create_offering(books.staff, half, now=NOW)
    assert refused.value.path == ("supplyOfferingId",)
    product = await create_product(books.staff, CreateProduct(books.lite.id, "own", "Own"), now=NOW)
    lites = CreateOffering(product.object_id, "own", "Own", supply_link_id=NOWHERE, supply_offering_id=NOWHERE)
    with pytest.raises(InvalidInput) as refused:
        await create_offering(books.staff, lites, now=NOW)
    assert refused.value.path == ("supplyLinkId",)


async def test_pages_of_the_catalogue_are_in_the_order_of_creation(database: Database) -> None:
    books = await open_books()
    ids = [books.mail_id, await books.offering("drive"), await books.offering("chat")]
    first = await queries.offering_page(books.staff, PageRequest(first=2))
    rest = await queries.offering_page(books.staff, PageRequest(first=2, after=first.rows[-1].id))
    assert [offering.id for offering in (*first.rows, *rest.rows)] == ids
    assert (first.has_next, rest.has_next) == (True, False)


async def _rates(books: Books, price_list_id: UUID, at: datetime) -> list[str]:
    prices = await queries.prices_in_force(books.staff, (price_list_id,), at)
    return [line.model["unit"] for line in prices[price_list_id]]


async def _versions(books: Books, price_list_id: UUID) -> tuple[PriceVersion, ...]:
    return (await queries.price_versions(books.staff, (price_list_id,)))[price_list_id]


async def test_to_a_product_that_is_resold_no_plan_of_one_s_own_is_added(database: Database) -> None:
    """G12: the service is the supplier's, and so are its plans."""
    books = await open_books()
    product = (await create_product(books.staff, CreateProduct(books.root.id, "azure", "Azure"), now=NOW)).object_id
    resold = CreateOffering(product, "a", "A", supply_link_id=NOWHERE, supply_offering_id=NOWHERE)
    await create_offering(books.staff, resold, now=NOW)
    with pytest.raises(InvalidInput, match="The plans of Azure are resold"):
        await create_offering(books.staff, CreateOffering(product, "b", "B"), now=NOW)
    with pytest.raises(InvalidInput, match="are the organisation's own"):
        await create_offering(books.staff, replace(resold, product_id=books.product_id, code="b"), now=NOW)
