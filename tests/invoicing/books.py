"""An organisation's books for the tests of invoicing, written through the commands that people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.agreements.receive_supply import SupplyTerms, receive_supply
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.catalogue.receive_prices import receive_prices
from bss.catalogue.supplied import SuppliedPrice, SuppliedPrices, SuppliedVersion
from bss.catalogue.write_version import lock_latest, own_list, write_version
from bss.cycle import MONTHLY, Cycle
from bss.identifier import uuid7
from bss.invoicing.bill_run import RequestBillRun, request_bill_run, run
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.organisations.queries import one
from bss.provisioning.provision import provision, refuse_mirror
from bss.role import STANDARD
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.transaction.begin import begin, reading
from bss.transaction.database import Role
from bss.viewer import Viewer

OPENED = datetime(2025, 12, 1, tzinfo=UTC)
CARD = {"address": ["Street 1", "1000 Town"], "registration": "1", "tax_number": "2", "colour": "#0b5c7a"}


def per_unit(unit: str) -> dict[str, Any]:
    return {"model": "per_unit", "unit": unit}


def flat(fee: str) -> dict[str, Any]:
    return {"model": "flat", "fee": fee}


@dataclass(frozen=True)
class Price:
    """A price of a list, by the offering's code."""

    charge: str
    model: Mapping[str, Any]
    kind: ChargeKind = ChargeKind.RECURRING
    meter: str | None = None
    offering: str = "seat"


@dataclass
class Books:
    """One organisation with a root account, a product, and a meter of vCPU-hours; things are known by name."""

    viewer: Viewer
    root: UUID
    product: UUID
    accounts: dict[str, UUID] = field(default_factory=dict)
    offerings: dict[str, UUID] = field(default_factory=dict)
    lists: dict[str, UUID] = field(default_factory=dict)
    issuers: dict[str, UUID] = field(default_factory=dict)
    edges: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    async def opened(cls, slug: str = "cloud", name: str = "Cloud") -> Books:
        _, root, viewer = founder(slug)
        await open_organisation(viewer, OpenOrganisation(name, slug, "UTC", "EUR", "Ann", root), now=OPENED)
        product = await create_product(viewer, CreateProduct(root, "p", "Product"), now=OPENED)
        books = cls(viewer, root, product.object_id, accounts={name: root})
        await books.meter("vcpu", "vCPU-hour")
        return books

    async def meter(self, code: str, unit: str = "GB-hour") -> None:
        await create_meter(self.viewer, CreateMeter(code, code, unit, MeterKind.TIME_WEIGHTED), now=OPENED)

    async def account(self, name: str, under: str = "Cloud", kind: AccountKind = AccountKind.CUSTOMER) -> UUID:
        request = CreateAccount(self.accounts[under], kind, name)
        self.accounts[name] = (await create_account(self.viewer, request, now=OPENED)).object_id
        return self.accounts[name]

    async def offering(
        self, code: str = "seat", link: UUID | None = None, supplied: UUID | None = None, cycle: Cycle = MONTHLY
    ) -> UUID:
        product = self.product
        if link is not None:
            resold = CreateProduct(self.root, f"resold-{code}", "Resold")
            product = (await create_product(self.viewer, resold, now=OPENED)).object_id
        request = CreateOffering(product, code, code.title(), code, cycle, link, supplied)
        self.offerings[code] = (await create_offering(self.viewer, request, now=OPENED)).object_id
        return self.offerings[code]

    async def publish(self, name: str, *prices: Price, owner: str = "Cloud", valid_from: datetime = OPENED) -> UUID:
        """A version of the list, which is made when there is none."""
        if name not in self.lists:
            request = CreatePriceList(self.accounts[owner], name, name, "EUR")
            self.lists[name] = (await create_price_list(self.viewer, request, now=OPENED)).object_id
        await publish_prices(self.viewer, self._version(name, prices, valid_from), now=OPENED)
        return self.lists[name]

    async def leave_out(self, name: str, *prices: Price, valid_from: datetime) -> None:
        """A version without what runs by it, as one of long ago may be: today's commands would refuse it."""
        request = self._version(name, prices, valid_from)
        async with begin(self.viewer) as tx:
            target = await own_list(tx, request.price_list_id)
            await write_version(tx, target, request, await lock_latest(tx, target), OPENED)

    def _version(self, name: str, prices: tuple[Price, ...], valid_from: datetime) -> PublishPrices:
        new = tuple(
            NewPrice(
                self.offerings[price.offering], price.charge, price.kind, price.charge, dict(price.model), price.meter
            )
            for price in prices
        )
        return PublishPrices(self.lists[name], valid_from, new)

    async def issuer(self, seller: str) -> UUID:
        """An issuer of the account, which numbers as "SELLER-000001"."""
        request = CreateIssuer(self.accounts[seller], seller, CARD, f"{seller.upper()}-", 14)
        self.issuers[seller] = (await create_issuer(self.viewer, request, now=OPENED)).object_id
        return self.issuers[seller]

    async def edge(
        self, seller: str, buyer: str, prices: str, *, zone: str = "UTC", policy: str = "standard", day: int = 1
    ) -> UUID:
        """An edge of the seller's one issuer, which is made when there is none."""
        if seller not in self.issuers:
            await self.issuer(seller)
        terms = AgreeEdge(
            *(self.accounts[seller], self.accounts[buyer], self.lists[prices], zone, policy, day, self.issuers[seller])
        )
        self.edges[buyer] = (await agree_edge(self.viewer, terms, now=OPENED)).object_id
        return self.edges[buyer]

    async def supplied(self, link: UUID, price: Price, supply_offering_id: UUID, *, policy: str = "standard") -> UUID:
        """The supply edge of the link, at one price, as it is received."""
        stated = SuppliedPrice(supply_offering_id, price.charge, price.kind, price.charge, None, dict(price.model))
        version = SuppliedVersion(1, OPENED, OPENED, (stated,))
        async with begin(self.viewer, role=Role.SYNC) as tx:
            received = await receive_prices(tx, link, SuppliedPrices("vendor", "Vendor", "EUR", (), (version,)))
            terms = SupplyTerms(link, received.price_list_id, "EUR", "UTC", policy, 1)
            self.edges["supply"] = await receive_supply(tx, terms, now=OPENED)
        return self.edges["supply"]

    async def subscription(
        self, account: str, quantity: str, starts_at: datetime, *, offering: str = "seat", name: str = "Seats"
    ) -> UUID:
        request = CreateSubscription(
            self.accounts[account], self.offerings[offering], Decimal(quantity), name, starts_at=starts_at
        )
        return (await create_subscription(self.viewer, request, now=starts_at)).object_id

    async def answered(self, subscription: UUID, at: datetime, *, refusal: str = "") -> None:
        """The supplier's answer to a resold subscription: it runs since that instant, or why it does not."""
        async with begin(self.viewer, role=Role.SYNC) as tx:
            if refusal:
                await refuse_mirror(tx, subscription, refusal)
            else:
                await provision(tx, subscription, at)

    async def used(self, subscription: UUID, hour: datetime, hours: int, meter: str = "vcpu") -> None:
        """`hours` vCPU-hours within the hour that starts there, as the roll-up keeps them."""
        async with begin(self.viewer, role=Role.BULK) as tx:
            await tx.connection.execute(
                "INSERT INTO usage_hour"
                " (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)"
                " SELECT organisation_id, path, id, $3, 'vm', $4, $5, 1 FROM subscription"
                " WHERE organisation_id = $1 AND id = $2",
                *(self.viewer.organisation_id, subscription, meter, hour, hours * 3_600_000),
            )

    async def bill(self, until: datetime) -> UUID:
        """Request a run and do it, at the instant `until`."""
        run_id = (await request_bill_run(self.viewer, RequestBillRun(until), now=until)).object_id
        await run(self.viewer, run_id, now=until)
        return run_id

    async def rows(self, select: str, *arguments: object, viewer: Viewer | None = None) -> list[Record]:
        """A raw select in the viewer's scope; `$1` is the organisation."""
        async with reading(viewer or self.viewer) as tx:
            return await tx.connection.fetch(select, self.viewer.organisation_id, *arguments)

    async def amounts(self, buyer: str) -> list[str]:
        """The amounts on the buyer's edge, by service period and charge."""
        rows = await self.rows(
            "SELECT amount FROM billable_line WHERE organisation_id = $1 AND edge_id = $2"
            " ORDER BY service_start, charge",
            self.edges[buyer],
        )
        return [f"{row['amount']:.2f}" for row in rows]

    async def invoices(self) -> list[tuple[str, str]]:
        """(number, total) in the order of the numbers."""
        rows = await self.rows("SELECT number, total FROM invoice WHERE organisation_id = $1 ORDER BY number")
        return [(row["number"], f"{row['total']:.2f}") for row in rows]

    async def person(self, account: str, role: str) -> Viewer:
        """Somebody with the standard role over the account."""
        path = (await one(self.viewer, self.accounts[account])).path
        return Viewer(uuid7(), role, self.viewer.organisation_id, path, STANDARD[role].permissions)
