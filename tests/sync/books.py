"""Two small books for the sync tests: Cloud, the distributor, and Cloud Resell with Lite, X below Lite, and Z.

Owns: opening both with a catalogue, prices and edges. Does not own: time, jobs and the wire (`channel`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.product import OfferingKind
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.cycle import MONTHLY
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.transaction.database import Database
from bss.viewer import Viewer
from sync.connect import JoinAsDistributor, JoinAsReseller, join_as_distributor, join_as_reseller

START = datetime(2026, 6, 1, tzinfo=UTC)
VCPU_HOURS = "vcpu-hours"
_ZONE = "UTC"


@dataclass(frozen=True)
class Book:
    """One organisation: where it lives, who owns it, its side of the link, and what it calls things."""

    database: Database
    viewer: Viewer
    root_id: UUID
    link_id: UUID
    accounts: Mapping[str, UUID]
    offerings: Mapping[str, UUID]
    price_list_id: UUID


async def open_cloud(database: Database, link_key: UUID) -> Book:
    """The distributor: it sells seats at 30 and machines at 0.05 a vCPU-hour to the account Cloud Resell."""
    _, root, viewer = founder("cloud")
    with database.bound():
        opening = OpenOrganisation("Cloud", f"cloud-{link_key}", _ZONE, "EUR", "Dora", root)
        await open_organisation(viewer, opening, now=START)
        meter = CreateMeter(VCPU_HOURS, "vCPU-hours", "vCPU-hour", MeterKind.TIME_WEIGHTED)
        await create_meter(viewer, meter, now=START)
        offerings = await _offerings(viewer, root, None, {})
        reseller = await _account(viewer, root, AccountKind.RESELLER, "Cloud Resell")
        price_list = await _priced(viewer, root, "reseller", prices(offerings, "30", "0.05"))
        await agree(viewer, root, reseller, price_list)
        request = JoinAsDistributor(link_key, "Cloud Resell", reseller)
        link = (await join_as_distributor(viewer, request, now=START)).object_id
    return Book(database, viewer, root, link, {"Cloud Resell": reseller}, offerings, price_list)


async def open_resell(database: Database, link_key: UUID, supply: Mapping[str, UUID]) -> Book:
    """The reseller: the same offerings, bought from Cloud; Lite, X below Lite, and Z. Edges come with the supply."""
    _, root, viewer = founder("cloud-resell")
    with database.bound():
        opening = OpenOrganisation("Cloud Resell", f"resell-{link_key}", _ZONE, "EUR", "Rik", root)
        await open_organisation(viewer, opening, now=START)
        link = (await join_as_reseller(viewer, JoinAsReseller(link_key, "Cloud"), now=START)).object_id
        offerings = await _offerings(viewer, root, link, supply)
        lite = await _account(viewer, root, AccountKind.LITE_RESELLER, "Lite")
        accounts = {
            "Lite": lite,
            "X": await _account(viewer, lite, AccountKind.CUSTOMER, "X"),
            "Z": await _account(viewer, root, AccountKind.CUSTOMER, "Z"),
        }
        price_list = (
            await create_price_list(viewer, CreatePriceList(root, "retail", "Retail", "EUR"), now=START)
        ).object_id
    return Book(database, viewer, root, link, accounts, offerings, price_list)


async def open_shop(book: Book) -> None:
    """The reseller's own selling edges, once the meters of its supplier are known."""
    viewer, lite = book.viewer, book.accounts["Lite"]
    with book.database.bound():
        await publish(viewer, book.price_list_id, prices(book.offerings, "40", "0.08"), START)
        await agree(viewer, book.root_id, lite, book.price_list_id)
        await agree(viewer, book.root_id, book.accounts["Z"], book.price_list_id)
        lites = await _priced(viewer, lite, "lite", prices(book.offerings, "50", "0.09"))
        await agree(viewer, lite, book.accounts["X"], lites)


def prices(offerings: Mapping[str, UUID], seat: str, vcpu_hour: str, gift: str = "0") -> tuple[NewPrice, ...]:
    """A price for a seat each month, and one for a vCPU-hour; a gift costs nothing unless it is told otherwise."""
    each = {"model": "per_unit", "unit": seat}
    hour = {"model": "per_unit", "unit": vcpu_hour}
    return (
        NewPrice(offerings["seats"], "seat", ChargeKind.RECURRING, "Seats", each),
        NewPrice(offerings["machine"], "vcpu", ChargeKind.USAGE, "vCPU-hours", hour, VCPU_HOURS),
        NewPrice(offerings["better"], "better", ChargeKind.RECURRING, "Better seats", each),
        NewPrice(offerings["support"], "support", ChargeKind.RECURRING, "Support", each),
        NewPrice(offerings["gift"], "gift", ChargeKind.RECURRING, "Gifts", {"model": "per_unit", "unit": gift}),
    )


async def publish(viewer: Viewer, price_list: UUID, sheet: tuple[NewPrice, ...], valid_from: datetime) -> None:
    await publish_prices(viewer, PublishPrices(price_list, valid_from, sheet), now=valid_from)


async def _offerings(viewer: Viewer, root: UUID, link: UUID | None, supply: Mapping[str, UUID]) -> dict[str, UUID]:
    made = {}
    for code, unit, kind, trial_days in (
        ("seats", "seat", OfferingKind.PLAN, 14),
        ("machine", "machine", OfferingKind.PLAN, 0),
        ("better", "seat", OfferingKind.PLAN, 0),
        ("support", "seat", OfferingKind.ADD_ON, 0),
        ("gift", "seat", OfferingKind.PLAN, 0),
    ):
        product = (await create_product(viewer, CreateProduct(root, code, code.title()), now=START)).object_id
        request = CreateOffering(
            *(product, code, code.title(), unit, MONTHLY, link, supply.get(code)), kind=kind, trial_days=trial_days
        )
        made[code] = (await create_offering(viewer, request, now=START)).object_id
    return made


async def _account(viewer: Viewer, parent: UUID, kind: AccountKind, name: str) -> UUID:
    request = CreateAccount(parent, kind, name, f"N-{name}", f"ap@{name.split()[-1].lower()}.example", f"{name} 1")
    return (await create_account(viewer, request, now=START)).object_id


async def _priced(viewer: Viewer, owner: UUID, code: str, sheet: tuple[NewPrice, ...]) -> UUID:
    request = CreatePriceList(owner, code, code.title(), "EUR")
    price_list = (await create_price_list(viewer, request, now=START)).object_id
    await publish(viewer, price_list, sheet, START)
    return price_list


async def agree(viewer: Viewer, seller: UUID, buyer: UUID, price_list: UUID) -> None:
    card = {"address": ["Kade 1"], "bank": "IBAN NL91 ABNA 0417 1643 00"}
    issuer = await create_issuer(viewer, CreateIssuer(seller, f"Issuer {buyer}", card, "I-"), now=START)
    terms = AgreeEdge(seller, buyer, price_list, _ZONE, "standard", 1, issuer.object_id)
    await agree_edge(viewer, terms, now=START)
