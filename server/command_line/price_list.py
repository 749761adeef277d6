"""`bss price-list`: price lists, and what is in force on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import click

from bss.catalogue import queries
from bss.catalogue.price_list import PriceLine, PriceList, PriceVersion
from bss.catalogue.product import Offering
from bss.identifier import Kind, public
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


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


def _price(line: PriceLine, offerings: Mapping[UUID, Offering]) -> Record:
    offering = offerings.get(line.offering_id)
    return {
        "offering": public(Kind.OFFERING, line.offering_id) if offering is None else offering.code,
        "charge": line.charge,
        "kind": line.kind,
        "description": line.description,
        "meter": line.meter,
        "model": line.model,
    }
