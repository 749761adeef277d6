"""`bss price-list`: price lists, what is in force on them, and a version as CSV, out and in.

Owns: the commands, and the reading of a file as text. Does not own: the sheet (`bss.catalogue.price_sheet`), or what an
import refuses (`bss.catalogue.import_prices`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

import click

from bss.catalogue import queries
from bss.catalogue.import_prices import ImportPrices, import_prices
from bss.catalogue.new_price import NewPrice
from bss.catalogue.price_changes import ImportReceipt, PriceChange, import_receipt, price_sheet
from bss.catalogue.price_list import PriceLine, PriceList, PriceVersion
from bss.catalogue.product import Offering
from bss.identifier import Kind, public
from bss.refusal import InvalidInput, NotFound, Problem
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock, told


@click.group("price-list")
def price_list() -> None:
    """Price lists."""


@price_list.command("list")
@answers
@of_organisation
@page_of(Kind.PRICE_LIST)
def list_price_lists(organisation: str, first: int, after: UUID | None) -> Listing:
    """List the price lists of ORGANISATION (its slug), oldest first, each with its version in force."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.price_list_page(viewer, PageRequest(first, after))
        in_force = await queries.versions_in_force(viewer, [each.id for each in page.rows], clock().now())
        shown = ("id", "code", "name", "currency", "version", "validFrom")
        return listing(page, lambda each: _card(each, in_force.get(each.id)), shown, "No price lists.")

    return asked(organisation, body)


@price_list.command("show")
@answers
@of_organisation
@click.argument("price_list_id", type=PublicId(Kind.PRICE_LIST))
@click.option("--at", type=INSTANT, help="In force at this instant, in UTC. Default: now.")
def show_price_list(organisation: str, price_list_id: UUID, at: datetime | None) -> Record:
    """Show a price list of ORGANISATION (its slug) with the prices in force."""

    async def body(viewer: Viewer) -> Record:
        instant = at or clock().now()
        found = await queries.price_list(viewer, price_list_id, path=("priceListId",))
        version = (await queries.versions_in_force(viewer, (found.id,), instant)).get(found.id)
        lines: tuple[PriceLine, ...] = ()
        if version is not None:
            lines = (await queries.prices_of_versions(viewer, (version.id,)))[version.id]
        offerings = await queries.offerings(viewer, {line.offering_id for line in lines})
        return {**_card(found, version), "prices": tuple(_price(line, offerings) for line in lines)}

    return asked(organisation, body)


@price_list.command("export")
@of_organisation
@click.argument("price_list_id", type=PublicId(Kind.PRICE_LIST))
@click.option("--version", "number", type=click.IntRange(1), help="By its number. Default: the version in force now.")
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="A file. Default: standard output.")
def export_price_list(organisation: str, price_list_id: UUID, number: int | None, output: BinaryIO) -> None:
    """Export a version of a price list of ORGANISATION (its slug) as CSV: all of its prices, as import reads them."""

    async def body(viewer: Viewer) -> str:
        version_id = None if number is None else await _version_id(viewer, price_list_id, number)
        return await price_sheet(viewer, price_list_id, version_id, now=clock().now())

    output.write(asked(organisation, body).encode())


@price_list.command("import")
@answers
@of_organisation
@click.argument("price_list_id", type=PublicId(Kind.PRICE_LIST))
@click.argument("file", type=click.File("rb"))
@click.option("--valid-from", type=INSTANT, required=True, help="When the new version begins, in UTC.")
@click.option("--dry-run", is_flag=True, help="Refuse or answer the same, and change nothing.")
def import_price_list(
    organisation: str, price_list_id: UUID, file: BinaryIO, valid_from: datetime, dry_run: bool
) -> Record:
    """Publish FILE (CSV; - is standard input) as the next version of a price list of ORGANISATION (its slug).

    The file has all prices of the list, as export writes them. Everything that is wrong is told by line and column,
    and then nothing is written. The receipt counts all changes, and shows the first 200.
    """
    request = ImportPrices(price_list_id, valid_from, _text_of(file.read()), dry_run)

    async def body(viewer: Viewer) -> Record:
        outcome = await import_prices(viewer, request, now=clock().now())
        receipt = await import_receipt(viewer, request, None if dry_run else outcome.object_id)
        return await _receipt(viewer, receipt)

    answer = asked(organisation, body)
    if dry_run:
        told("This was a dry run: nothing is changed.")
    return answer


def _text_of(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as undecoded:
        line = str(content.count(b"\n", 0, undecoded.start) + 1)
        raise InvalidInput((Problem(("csv", line), f"Line {line}: This is not UTF-8."),)) from undecoded


async def _version_id(viewer: Viewer, price_list_id: UUID, number: int) -> UUID:
    found = await queries.price_list(viewer, price_list_id, path=("priceListId",))
    for version in (await queries.price_versions(viewer, (found.id,)))[found.id]:
        if version.number == number:
            return version.id
    raise NotFound("version of this price list", ("--version",))


async def _receipt(viewer: Viewer, receipt: ImportReceipt) -> Record:
    stated = [price for change in receipt.changes for price in (change.before, change.after) if price is not None]
    offerings = await queries.offerings(viewer, {price.offering_id for price in stated})
    published = None
    if receipt.version_id is not None:
        published = (await queries.price_versions_by_id(viewer, (receipt.version_id,)))[receipt.version_id]
    return {
        "version": None if published is None else published.number,
        "versionId": None if published is None else public(Kind.PRICE_VERSION, published.id),
        "added": receipt.added,
        "changed": receipt.changed,
        "removed": receipt.removed,
        "affectedSubscriptions": receipt.subscriptions,
        "firstAffected": [public(Kind.SUBSCRIPTION, each) for each in receipt.first_subscriptions],
        "changes": tuple(_change(change, offerings) for change in receipt.changes),
    }


def _change(change: PriceChange, offerings: Mapping[UUID, Offering]) -> Record:
    """A price by what names it, and what it was and will be."""
    sides = [None if side is None else _price(side, offerings) for side in (change.before, change.after)]
    names = ("offering", "charge")
    named = {name: side[name] for side in sides if side is not None for name in names}
    before, after = (side and {name: side[name] for name in side if name not in names} for side in sides)
    return {**named, "before": before, "after": after}


def _card(found: PriceList, version: PriceVersion | None) -> Record:
    return {
        "id": public(Kind.PRICE_LIST, found.id),
        "ownerId": public(Kind.ACCOUNT, found.owner_id),
        "code": found.code,
        "name": found.name,
        "currency": found.currency,
        "received": found.received,
        "version": None if version is None else version.number,
        "validFrom": None if version is None else version.valid_from,
        "publishedAt": None if version is None else version.published_at,
    }


def _price(line: PriceLine | NewPrice, offerings: Mapping[UUID, Offering]) -> Record:
    offering = offerings.get(line.offering_id)
    return {
        "offering": public(Kind.OFFERING, line.offering_id) if offering is None else offering.code,
        "charge": line.charge,
        "kind": line.kind,
        "description": line.description,
        "meter": line.meter,
        "model": line.model,
    }
