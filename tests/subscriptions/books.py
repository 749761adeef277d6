"""A small seller's books for these tests: one customer, one offering at 30 EUR a seat, one selling edge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.cycle import MONTHLY
from bss.identifier import label, uuid7
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.organisations.queries import one as account
from bss.subscriptions import queries
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.timeline import Timeline
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def june(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """The ids that the stories speak of; `viewer` sees everything."""

    viewer: Viewer
    root_id: UUID
    customer_id: UUID
    customer_path: str
    product_id: UUID
    offering_id: UUID
    price_list_id: UUID

    async def sell(self, quantity: str = "5", *, now: datetime = JUNE) -> UUID:
        """Sell the offering to the customer, in service from now on."""
        request = CreateSubscription(self.customer_id, self.offering_id, Decimal(quantity))
        return (await create_subscription(self.viewer, request, now=now)).object_id

    async def timeline(self, subscription_id: UUID, known_at: datetime | None = None) -> Timeline:
        return (await queries.timeline(self.viewer, (subscription_id,), known_at))[subscription_id]

    def within(self, path: str) -> Viewer:
        """A viewer with every permission in a part of the tree."""
        return replace(self.viewer, path=path)


async def open_books(slug: str = "cloud") -> Books:
    """An organisation in Amsterdam that sells seats to Zed for 30 EUR a month since January."""
    _, root_id, viewer = founder(slug)
    opening = OpenOrganisation("Cloud", slug, "Europe/Amsterdam", "EUR", "Ann", root_id)
    await open_organisation(viewer, opening, now=OPENED)
    zed = CreateAccount(root_id, AccountKind.CUSTOMER, "Zed")
    customer_id = (await create_account(viewer, zed, now=OPENED)).object_id
    product_id = (await create_product(viewer, CreateProduct(root_id, "office", "Office"), now=OPENED)).object_id
    offering_id = await add_offering(viewer, product_id, "seats")
    price_list_id = (
        await create_price_list(viewer, CreatePriceList(root_id, "retail", "Retail", "EUR"), now=OPENED)
    ).object_id
    await publish(viewer, price_list_id, OPENED, offering_id)
    path = (await account(viewer, customer_id)).path
    await add_selling_edge(viewer, root_id, customer_id, path, price_list_id)
    return Books(viewer, root_id, customer_id, path, product_id, offering_id, price_list_id)


async def publish(viewer: Viewer, price_list_id: UUID, valid_from: datetime, *offering_ids: UUID) -> None:
    """A version in which each of the offerings costs 30 a seat."""
    prices = tuple(
        NewPrice(offering_id, "seat", ChargeKind.RECURRING, "Office seat", {"model": "per_unit", "unit": "30"})
        for offering_id in offering_ids
    )
    await publish_prices(viewer, PublishPrices(price_list_id, valid_from, prices), now=OPENED)


async def add_offering(viewer: Viewer, product_id: UUID, code: str, *, supply_link_id: UUID | None = None) -> UUID:
    """A monthly offering; with a link one that the organisation buys there."""
    supply_offering_id = None if supply_link_id is None else uuid7()
    request = CreateOffering(product_id, code, f"Office {code}", "seat", MONTHLY, supply_link_id, supply_offering_id)
    return (await create_offering(viewer, request, now=OPENED)).object_id


async def add_resold_offering(books: Books) -> UUID:
    """An offering that is bought over a link, and has a price on both edges from February on."""
    link_id, viewer = uuid7(), books.viewer
    product = await create_product(viewer, CreateProduct(books.root_id, "resold", "Resold"), now=OPENED)
    offering_id = await add_offering(viewer, product.object_id, "resold", supply_link_id=link_id)
    wholesale = CreatePriceList(books.root_id, "wholesale", "Wholesale", "EUR")
    wholesale_id = (await create_price_list(viewer, wholesale, now=OPENED)).object_id
    for price_list_id in (books.price_list_id, wholesale_id):
        await publish(viewer, price_list_id, datetime(2026, 2, 1, tzinfo=UTC), books.offering_id, offering_id)
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "INSERT INTO edge (id, organisation_id, path, kind, buyer_account_id, price_list_id, currency, zone,"
            " policy, billing_day, bill_to_account_id, link_id, received, created_at)"
            " VALUES ($1, $2, $3, 'supply', $4, $5, 'EUR', 'Europe/Amsterdam', 'daily', 1, $4, $6, false, $7)",
            *(uuid7(), viewer.organisation_id, viewer.path, books.root_id, wholesale_id, link_id, OPENED),
        )
    return offering_id


async def add_mirrored_account(books: Books) -> UUID:
    """A customer whose rows the reseller Cloud Resell alone may change."""
    account_id = uuid7()
    async with begin(books.viewer, role=Role.SYNC) as tx:
        await tx.connection.execute(
            "INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email,"
            " billing_address, mirrored, managed_by, version, created_at)"
            " VALUES ($1, $2, $3, $4, 'customer', 'Yan', '', '', '', true, 'Cloud Resell', 1, $5)",
            *(account_id, books.viewer.organisation_id, f"{books.viewer.path}{label(account_id)}."),
            *(books.root_id, OPENED),
        )
    return account_id


async def add_selling_edge(
    viewer: Viewer, seller_id: UUID, buyer_id: UUID, buyer_path: str, price_list_id: UUID
) -> None:
    """The terms under which the buyer buys: EUR, Amsterdam, billed on the 1st."""
    issuer_id = uuid7()
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "INSERT INTO issuer (id, organisation_id, path, owner_id, name, card, due_days)"
            " VALUES ($1, $2, $3, $4, 'Cloud', '{}', 30)",
            *(issuer_id, viewer.organisation_id, viewer.path, seller_id),
        )
        await tx.connection.execute(
            "INSERT INTO edge (id, organisation_id, path, kind, seller_account_id, buyer_account_id, price_list_id,"
            " currency, zone, policy, billing_day, bill_to_account_id, issuer_id, received, created_at)"
            " VALUES ($1, $2, $3, 'selling', $4, $5, $6, 'EUR', 'Europe/Amsterdam', 'daily', 1, $5, $7, false, $8)",
            *(uuid7(), viewer.organisation_id, buyer_path, seller_id, buyer_id, price_list_id, issuer_id, OPENED),
        )
