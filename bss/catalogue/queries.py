"""Readings of the catalogue; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.catalogue.characteristic import offered_of
from bss.catalogue.from_above import rows_from_above
from bss.catalogue.meter import Meter, MeterKind
from bss.catalogue.price_list import ChargeKind, PriceLine, PriceList, PriceVersion
from bss.catalogue.product import Offering, Product, ProductKind, Vendor
from bss.catalogue.rows import OFFERING_COLUMNS, offering_of
from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_VENDORS = f"SELECT id, path, code, name FROM vendor WHERE {IN_SCOPE}"
_PRODUCTS = f"SELECT id, path, owner_id, vendor_id, code, name, kind, characteristics FROM product WHERE {IN_SCOPE}"
_OFFERINGS = f"SELECT {OFFERING_COLUMNS} FROM offering WHERE {IN_SCOPE}"
_METERS = "SELECT id, code, name, unit, divisor, kind FROM meter WHERE organisation_id = $1"
_PRICE_LISTS = f"SELECT id, path, owner_id, code, name, currency, vendor_id, received FROM price_list WHERE {IN_SCOPE}"
_VERSIONS = f"SELECT id, price_list_id, number, valid_from, published_at FROM price_version WHERE {IN_SCOPE}"

_vendor_of = valued(Vendor)
_product_of = valued(Product, kind=ProductKind, characteristics=offered_of)
_meter_of = valued(Meter, kind=MeterKind)
_price_list_of = valued(PriceList)


async def vendor(viewer: Viewer, vendor_id: UUID, *, path: Iterable[str] = ()) -> Vendor:
    """The vendor. Raises `NotFound` with the input's `path`."""
    found = await vendors(viewer, (vendor_id,))
    if not found:
        raise NotFound("vendor", path)
    return found[vendor_id]


@requires(Permission.CATALOGUE_VIEW)
async def vendors(viewer: Viewer, vendor_ids: Collection[UUID]) -> dict[UUID, Vendor]:
    """The vendors among these that the viewer can see, by id: whom the organisation buys from is its own affair."""
    rows = await _among(viewer, _VENDORS, vendor_ids)
    return {row["id"]: _vendor_of(row) for row in rows}


@requires(Permission.CATALOGUE_VIEW)
async def vendor_page(viewer: Viewer, request: PageRequest) -> Page[Vendor]:
    """The organisation's vendors for its own staff, oldest first."""
    return await paged(viewer, _VENDORS, (viewer.organisation_id, viewer.path), request, _vendor_of)


async def product(viewer: Viewer, product_id: UUID, *, path: Iterable[str] = ()) -> Product:
    """The product. Raises `NotFound` with the input's `path`."""
    found = await products(viewer, (product_id,))
    if not found:
        raise NotFound("product", path)
    return found[product_id]


@requires(Permission.CATALOGUE_VIEW)
async def products(viewer: Viewer, product_ids: Collection[UUID]) -> dict[UUID, Product]:
    """The products among these that the viewer can see, by id."""
    rows = await _among(viewer, _PRODUCTS, product_ids)
    return {row["id"]: _product_of(row) for row in rows}


@requires(Permission.CATALOGUE_VIEW)
async def product_page(viewer: Viewer, request: PageRequest) -> Page[Product]:
    """The products of the accounts in the viewer's scope, oldest first."""
    return await paged(viewer, _PRODUCTS, (viewer.organisation_id, viewer.path), request, _product_of)


async def offering(viewer: Viewer, offering_id: UUID, *, path: Iterable[str] = ()) -> Offering:
    """The offering. Raises `NotFound` with the input's `path`."""
    found = await offerings(viewer, (offering_id,))
    if not found:
        raise NotFound("offering", path)
    return found[offering_id]


@requires(Permission.CATALOGUE_VIEW)
async def offerings(viewer: Viewer, offering_ids: Collection[UUID]) -> dict[UUID, Offering]:
    """The offerings among these that belong to accounts in the viewer's scope, by id.

    What is published to the viewer from above is read by `bss.catalogue.from_above`.
    """
    rows = await _among(viewer, _OFFERINGS, offering_ids)
    return {row["id"]: offering_of(row) for row in rows}


@requires(Permission.CATALOGUE_VIEW)
async def offering_page(viewer: Viewer, request: PageRequest) -> Page[Offering]:
    """The offerings of the accounts in the viewer's scope, oldest first."""
    return await paged(viewer, _OFFERINGS, (viewer.organisation_id, viewer.path), request, offering_of)


@requires(Permission.USAGE_VIEW)
async def meters(viewer: Viewer, codes: Collection[str] | None = None) -> dict[str, Meter]:
    """The organisation's meters by code: all, or those among `codes`.

    Meters belong to the organisation and every account is metered by them, so that each viewer may read them;
    they say nothing about any other account.
    """
    select = f"{_METERS} AND ($2::text[] IS NULL OR code = ANY($2)) ORDER BY code"
    rows = await rows_from_above(viewer, select, viewer.organisation_id, None if codes is None else list(codes))
    return {row["code"]: _meter_of(row) for row in rows}


@requires(Permission.CATALOGUE_VIEW)
async def meter_page(viewer: Viewer, request: PageRequest) -> Page[Meter]:
    """The organisation's meters for its own staff, oldest first; a viewer of a part of the tree gets none."""
    return await paged(viewer, _METERS, (viewer.organisation_id,), request, _meter_of)


async def price_list(viewer: Viewer, price_list_id: UUID, *, path: Iterable[str] = ()) -> PriceList:
    """The price list. Raises `NotFound` with the input's `path`."""
    found = await price_lists(viewer, (price_list_id,))
    if not found:
        raise NotFound("price list", path)
    return found[price_list_id]


@requires(Permission.PRICE_VIEW)
async def price_lists(viewer: Viewer, price_list_ids: Collection[UUID]) -> dict[UUID, PriceList]:
    """The price lists among these that belong to accounts in the viewer's scope, by id."""
    rows = await _among(viewer, _PRICE_LISTS, price_list_ids)
    return {row["id"]: _price_list_of(row) for row in rows}


@requires(Permission.PRICE_VIEW)
async def price_list_page(viewer: Viewer, request: PageRequest) -> Page[PriceList]:
    """The price lists of the accounts in the viewer's scope, oldest first."""
    return await paged(viewer, _PRICE_LISTS, (viewer.organisation_id, viewer.path), request, _price_list_of)


@requires(Permission.PRICE_VIEW)
async def price_versions(viewer: Viewer, price_list_ids: Collection[UUID]) -> dict[UUID, tuple[PriceVersion, ...]]:
    """All versions of these price lists, by list, in the order of their numbers."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_VERSIONS} AND price_list_id = ANY($3) ORDER BY number",
            *(viewer.organisation_id, viewer.path, list(price_list_ids)),
        )
    found: dict[UUID, list[PriceVersion]] = {identifier: [] for identifier in price_list_ids}
    for row in rows:
        found[row["price_list_id"]].append(PriceVersion(**dict(row)))
    return {identifier: tuple(versions) for identifier, versions in found.items()}


@requires(Permission.PRICE_VIEW)
async def versions_in_force(
    viewer: Viewer, price_list_ids: Collection[UUID], as_of: datetime, known_at: datetime | None = None
) -> dict[UUID, PriceVersion]:
    """The version of each list that is in force at the instant, of those published by now or by `known_at`.

    Absent is a list before its first version, or outside the viewer's scope. One statement.
    """
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _VERSIONS.replace("SELECT", "SELECT DISTINCT ON (price_list_id)") + " AND price_list_id = ANY($3)"
            " AND valid_from <= $4 AND ($5::timestamptz IS NULL OR published_at <= $5)"
            " ORDER BY price_list_id, valid_from DESC",
            *(viewer.organisation_id, viewer.path, list(price_list_ids), as_of, known_at),
        )
    return {row["price_list_id"]: PriceVersion(**dict(row)) for row in rows}


@requires(Permission.PRICE_VIEW)
async def price_versions_by_id(viewer: Viewer, version_ids: Collection[UUID]) -> dict[UUID, PriceVersion]:
    """The versions among these whose lists belong to accounts in the viewer's scope, by id."""
    rows = await _among(viewer, _VERSIONS, version_ids)
    return {row["id"]: PriceVersion(**dict(row)) for row in rows}


@requires(Permission.PRICE_VIEW)
async def prices_in_force(
    viewer: Viewer, price_list_ids: Collection[UUID], at: datetime
) -> dict[UUID, tuple[PriceLine, ...]]:
    """The prices of the version in force at the instant, by list; none for a list before its first version."""
    versions = (
        f"SELECT DISTINCT ON (price_list_id) price_list_id AS key, id FROM price_version WHERE {IN_SCOPE}"
        " AND price_list_id = ANY($3) AND valid_from <= $4 ORDER BY price_list_id, valid_from DESC"
    )
    return await _prices(viewer, versions, price_list_ids, at)


@requires(Permission.PRICE_VIEW)
async def prices_of_versions(
    viewer: Viewer, version_ids: Collection[UUID], *, offering_ids: Collection[UUID] | None = None
) -> dict[UUID, tuple[PriceLine, ...]]:
    """The prices of these versions, by version; of these offerings alone, where some are named."""
    versions = f"SELECT id AS key, id FROM price_version WHERE {IN_SCOPE} AND id = ANY($3)"
    if offering_ids is None:
        return await _prices(viewer, versions, version_ids)
    return await _prices(viewer, versions, version_ids, list(offering_ids), only="WHERE offering_id = ANY($4)")


async def _prices(
    viewer: Viewer, versions: str, keys: Collection[UUID], *more: object, only: str = ""
) -> dict[UUID, tuple[PriceLine, ...]]:
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT version.key, price.id, version_id, offering_id, charge, kind, description, meter, model"
            f" FROM ({versions}) AS version"
            f" JOIN price ON price.organisation_id = $1 AND price.version_id = version.id {only}"
            " ORDER BY offering_id, charge",
            *(viewer.organisation_id, viewer.path, list(keys), *more),
        )
    found: dict[UUID, list[PriceLine]] = {key: [] for key in keys}
    for row in rows:
        found[row["key"]].append(_price_of(row))
    return {key: tuple(lines) for key, lines in found.items()}


async def _among(viewer: Viewer, select: str, identifiers: Collection[UUID]) -> list[Record]:
    async with reading(viewer) as tx:
        return await tx.connection.fetch(
            f"{select} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(identifiers))
        )


def _price_of(row: Record) -> PriceLine:
    values = {key: value for key, value in row.items() if key != "key"}
    return PriceLine(**{**values, "kind": ChargeKind(row["kind"]), "model": json.loads(row["model"])})
