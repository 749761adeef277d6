"""The sample channel: Cloud ← Cloud Resell, with Cloud Lite (X, Y) and Z below the reseller.

Owns: who and what there is on the first day, in both books. Does not own: what happens then (`story`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.admit import Admit, CreateToken, admit, create_token
from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.meter import MeterKind
from bss.catalogue.publish_prices import PublishPrices, publish_prices
from bss.identifier import uuid7
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.viewer import Viewer
from server.demo.books import Books
from server.demo.prices import LITE_RETAIL, PARTNER, RESELLER, RETAIL, VCPU_HOURS, Offered, prices
from sync.connect import JoinAsDistributor, JoinAsReseller, join_as_distributor, join_as_reseller

ZONE = "Europe/Amsterdam"


@dataclass(frozen=True)
class Book:
    """One organisation of the channel: its owner, its root account, and its accounts by name."""

    owner: Viewer
    root_id: UUID
    accounts: dict[str, UUID]
    offerings: Offered


@dataclass(frozen=True)
class Channel:
    """Both books, and a token for a person of each kind."""

    cloud: Book
    resell: Book
    tokens: dict[str, str]


async def opened_channel(books: Books, now: datetime) -> Channel:
    """Write both books up to the evening before the month begins."""
    link_key = uuid7()
    with books.cloud.bound():
        cloud = await _distributor(now)
        reseller = cloud.accounts["Cloud Resell"]
        await join_as_distributor(cloud.owner, JoinAsDistributor(link_key, "Cloud Resell", reseller), now=now)
        clerk = await _token(cloud.owner, cloud.root_id, "Dora at Cloud", "owner", now)
    with books.resell.bound():
        resell = await _reseller(link_key, cloud.offerings, now)
    await books.settle()
    with books.resell.bound():
        await _sell_through_lite(resell, now)
        tokens = {
            "distributor": clerk,
            "reseller": await _token(resell.owner, resell.root_id, "Rik at Cloud Resell", "owner", now),
            "partner": await _token(resell.owner, resell.accounts["Cloud Lite"], "Lia at Cloud Lite", "partner", now),
            "customer": await _token(resell.owner, resell.accounts["X"], "Xander at X", "customer", now),
        }
    await books.settle()
    return Channel(cloud, resell, tokens)


async def _distributor(now: datetime) -> Book:
    _, root, viewer = founder("cloud")
    opening = OpenOrganisation(
        "Cloud", "cloud", ZONE, "EUR", "Dora", root, "billing@cloud.example", "Kade 1, Amsterdam"
    )
    await open_organisation(viewer, opening, now=now)
    meter = CreateMeter(VCPU_HOURS, "vCPU-hours", "vCPU-hour", MeterKind.TIME_WEIGHTED)
    await create_meter(viewer, meter, now=now)
    offered = Offered(
        await _offering(viewer, root, "seats", "Office seats", "seat", now=now),
        await _offering(viewer, root, "machine", "Virtual machine", "machine", now=now),
    )
    account = CreateAccount(
        root, AccountKind.RESELLER, "Cloud Resell", "R-100", "ap@resell.example", "Plein 2, Utrecht"
    )
    reseller = (await create_account(viewer, account, now=now)).object_id
    await _edge(viewer, root, reseller, await _prices(viewer, root, RESELLER, offered, now), "CLD-", "#0b4f6c", now)
    return Book(viewer, root, {"Cloud Resell": reseller}, offered)


async def _reseller(link_key: UUID, supplied: Offered, now: datetime) -> Book:
    _, root, viewer = founder("cloud-resell")
    opening = OpenOrganisation(
        "Cloud Resell", "cloud-resell", ZONE, "EUR", "Rik", root, "billing@resell.example", "Plein 2, Utrecht"
    )
    await open_organisation(viewer, opening, now=now)
    link = (await join_as_reseller(viewer, JoinAsReseller(link_key, "Cloud"), now=now)).object_id
    offered = Offered(
        await _offering(viewer, root, "seats", "Office seats", "seat", link, supplied.seats, now=now),
        await _offering(viewer, root, "machine", "Virtual machine", "machine", link, supplied.machine, now=now),
    )
    accounts: dict[str, UUID] = {}
    for name, kind, number, parent in (
        ("Cloud Lite", AccountKind.LITE_RESELLER, "L-1", root),
        ("X", AccountKind.CUSTOMER, "X-1", "Cloud Lite"),
        ("Y", AccountKind.CUSTOMER, "Y-1", "Cloud Lite"),
        ("Z", AccountKind.CUSTOMER, "Z-1", root),
    ):
        parent_id = parent if isinstance(parent, UUID) else accounts[parent]
        email = f"ap@{name.lower().replace(' ', '-')}.example"
        account = CreateAccount(parent_id, kind, name, number, email, f"{name}, Stationsweg 3, Arnhem")
        accounts[name] = (await create_account(viewer, account, now=now)).object_id
    return Book(viewer, root, accounts, offered)


async def _sell_through_lite(book: Book, now: datetime) -> None:
    """The four selling edges of the reseller, once its own terms of purchase have arrived."""
    viewer, root, lite = book.owner, book.root_id, book.accounts["Cloud Lite"]
    own = await _issuer(viewer, root, "Cloud Resell", "RES-", "#7a1f5c", now)
    for name, sheet in (("Cloud Lite", PARTNER), ("Z", RETAIL)):
        price_list = await _prices(viewer, root, sheet, book.offerings, now)
        await _agree(viewer, root, book.accounts[name], price_list, own, now)
    lites = await _issuer(viewer, lite, "Cloud Lite", "LIT-", "#2e6b34", now)
    price_list = await _prices(viewer, lite, LITE_RETAIL, book.offerings, now)
    for name in ("X", "Y"):
        await _agree(viewer, lite, book.accounts[name], price_list, lites, now)


async def _offering(
    viewer: Viewer,
    root: UUID,
    code: str,
    name: str,
    unit: str,
    link: UUID | None = None,
    supplied: UUID | None = None,
    *,
    now: datetime,
) -> UUID:
    product = await create_product(viewer, CreateProduct(root, code, name), now=now)
    request = CreateOffering(product.object_id, code, name, unit, supply_link_id=link, supply_offering_id=supplied)
    return (await create_offering(viewer, request, now=now)).object_id


async def _prices(viewer: Viewer, owner: UUID, sheet: dict[str, str], offered: Offered, now: datetime) -> UUID:
    request = CreatePriceList(owner, sheet["name"].lower().replace(" ", "-"), sheet["name"], "EUR")
    price_list = (await create_price_list(viewer, request, now=now)).object_id
    await publish_prices(viewer, PublishPrices(price_list, now, prices(sheet, offered)), now=now)
    return price_list


async def _issuer(viewer: Viewer, owner: UUID, name: str, prefix: str, colour: str, now: datetime) -> UUID:
    card = {
        "address": ["Kade 1", "1011 AA Amsterdam", "The Netherlands"],
        "registration": "Chamber of Commerce 12345678",
        "tax_number": "NL001234567B01",
        "bank": "IBAN NL91 ABNA 0417 1643 00",
        "colour": colour,
        "terms": "Payment within 30 days of the date of the invoice. Amounts are net.",
        "footer": f"{name} · billing@{name.lower().replace(' ', '-')}.example",
    }
    return (await create_issuer(viewer, CreateIssuer(owner, name, card, prefix), now=now)).object_id


async def _edge(
    viewer: Viewer, seller: UUID, buyer: UUID, price_list: UUID, prefix: str, colour: str, now: datetime
) -> None:
    await _agree(viewer, seller, buyer, price_list, await _issuer(viewer, seller, "Cloud", prefix, colour, now), now)


async def _agree(viewer: Viewer, seller: UUID, buyer: UUID, price_list: UUID, issuer: UUID, now: datetime) -> None:
    await agree_edge(viewer, AgreeEdge(seller, buyer, price_list, ZONE, "standard", 1, issuer), now=now)


async def _token(viewer: Viewer, account: UUID, name: str, role: str, now: datetime) -> str:
    membership = await admit(viewer, Admit(name, account, role), now=now)
    token = await create_token(viewer, CreateToken(membership.object_id, "demonstration"), now=now)
    return token.secret or ""
