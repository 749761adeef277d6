"""The reseller's books of the sample channel: root > Lite > X, and Z below the root."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.cycle import MONTHLY
from bss.organisations.account import Account, AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.organisations.queries import one
from bss.transaction.begin import begin
from bss.viewer import Viewer

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
NEW_YEAR = datetime(2025, 12, 31, 23, tzinfo=UTC)
"""Local midnight of 1 January 2026 in Amsterdam, where the billing periods of these edges start."""


def per_unit(rate: str) -> dict[str, Any]:
    return {"model": "per_unit", "unit": rate}


def seat(offering_id: UUID, rate: str) -> NewPrice:
    """A recurring price for each seat."""
    return NewPrice(offering_id, "seat", ChargeKind.RECURRING, "Seats", per_unit(rate))


@dataclass(frozen=True)
class Books:
    """Who there is, and one offering of the root's: `mail`. `staff` sees everything."""

    staff: Viewer
    root: Account
    lite: Account
    x: Account
    z: Account
    product_id: UUID
    mail_id: UUID

    def within(self, account: Account) -> Viewer:
        """A viewer with every permission over the account and what stands below it."""
        return replace(self.staff, path=account.path)

    async def price_list(self, owner: Account, code: str, currency: str = "EUR") -> UUID:
        request = CreatePriceList(owner.id, code, f"{owner.name}'s {code}", currency)
        return (await create_price_list(self.staff, request, now=NOW)).object_id

    async def publish(self, price_list_id: UUID, *prices: NewPrice, valid_from: datetime = NEW_YEAR) -> UUID:
        request = PublishPrices(price_list_id, valid_from, prices)
        return (await publish_prices(self.staff, request, now=NOW)).object_id

    async def offering(self, code: str, link_id: UUID | None = None, supply_id: UUID | None = None) -> UUID:
        product_id = self.product_id
        if link_id is not None:
            resold = CreateProduct(self.root.id, f"resold-{code}", "Resold")
            product_id = (await create_product(self.staff, resold, now=NOW)).object_id
        request = CreateOffering(product_id, code, code.title(), "seat", MONTHLY, link_id, supply_id)
        return (await create_offering(self.staff, request, now=NOW)).object_id

    async def edge(self, seller: Account, buyer: Account, price_list_id: UUID) -> UUID:
        issuer = CreateIssuer(seller.id, seller.name, {"address": ["Kade 1", "Amsterdam"]}, "2026-")
        issuer_id = (await create_issuer(self.staff, issuer, now=NOW)).object_id
        request = AgreeEdge(
            seller.id, buyer.id, price_list_id, "Europe/Amsterdam", "standard", billing_day=1, issuer_id=issuer_id
        )
        return (await agree_edge(self.staff, request, now=NOW)).object_id


@dataclass(frozen=True)
class Lists:
    """A price list for each selling edge, each with a version that prices `mail`."""

    to_lite: UUID
    to_z: UUID
    of_lite: UUID


async def open_books() -> Books:
    """An organisation with its accounts, a product, an offering and the meter `vcpu`."""
    _, root_id, staff = founder("resell")
    opening = OpenOrganisation("Resell", "resell", "Europe/Amsterdam", "EUR", "Ann", root_id)
    await open_organisation(staff, opening, now=NOW)
    root = await one(staff, root_id)
    lite = await _account(staff, root, AccountKind.LITE_RESELLER, "Lite")
    x = await _account(staff, lite, AccountKind.CUSTOMER, "X")
    z = await _account(staff, root, AccountKind.CUSTOMER, "Z")
    product = await create_product(staff, CreateProduct(root.id, "mail", "Mail"), now=NOW)
    mail = await create_offering(staff, CreateOffering(product.object_id, "mail", "Mail", "seat"), now=NOW)
    await create_meter(staff, CreateMeter("vcpu", "vCPU", "vCPU-hour", MeterKind.TIME_WEIGHTED), now=NOW)
    return Books(staff, root, lite, x, z, product.object_id, mail.object_id)


async def with_edges(books: Books) -> Lists:
    """The selling edges root → Lite at 7, root → Z at 10 and Lite → X at 9."""
    lists = Lists(
        await books.price_list(books.root, "wholesale"),
        await books.price_list(books.root, "retail"),
        await books.price_list(books.lite, "retail"),
    )
    await books.publish(lists.to_lite, seat(books.mail_id, "7"))
    await books.publish(lists.to_z, seat(books.mail_id, "10"))
    await books.publish(lists.of_lite, seat(books.mail_id, "9"))
    await books.edge(books.root, books.lite, lists.to_lite)
    await books.edge(books.root, books.z, lists.to_z)
    await books.edge(books.lite, books.x, lists.of_lite)
    return lists


async def _account(staff: Viewer, parent: Account, kind: AccountKind, name: str) -> Account:
    made = await create_account(staff, CreateAccount(parent.id, kind, name), now=NOW)
    return await one(staff, made.object_id)


async def refused_statements(viewer: Viewer, statements: tuple[str, ...], reason: str) -> tuple[str, ...]:
    """Those of the statements that the database refuses to the application's role for this reason."""
    refused = []
    for statement in statements:
        try:
            async with begin(viewer) as tx:
                await tx.connection.execute(statement)
        except asyncpg.PostgresError as error:
            if reason in str(error):
                refused.append(statement)
    return tuple(refused)
