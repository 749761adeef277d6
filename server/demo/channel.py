"""The sample channel: two vendors ← Cloud ← Cloud Resell, with Cloud Lite (X, Y) and Z below the reseller.

Owns: who and what there is on the first day, in both books. Does not own: what happens then (`story`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.meter import MeterKind
from bss.catalogue.product import OfferingKind
from bss.identifier import uuid7
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.viewer import Viewer
from server.demo.books import Books
from server.demo.prices import (
    HOSTING,
    LITE_RETAIL,
    PARTNER,
    RESELLER,
    RETAIL,
    SOFTWARE,
    VCPU_HOURS,
    Offered,
    prices,
)
from server.demo.setting_up import ZONE, agree, buy, issuer, offering, price_list, token, vendor
from sync.connect import JoinAsDistributor, JoinAsReseller, join_as_distributor, join_as_reseller

TRIAL_DAYS = 14
"""How long office seats may be tried."""


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


async def opened_channel(books: Books, now: datetime, wholesale: dict[str, str] = RESELLER) -> Channel:
    """Write both books up to the evening before the month begins; `wholesale` is what Cloud asks of Cloud Resell."""
    link_key = uuid7()
    with books.cloud.bound():
        cloud = await _distributor(wholesale, now)
        reseller = cloud.accounts["Cloud Resell"]
        await join_as_distributor(cloud.owner, JoinAsDistributor(link_key, "Cloud Resell", reseller), now=now)
        clerk = await token(cloud.owner, cloud.root_id, "Dora at Cloud", "owner", now)
    with books.resell.bound():
        resell = await _reseller(link_key, cloud.offerings, now)
    await books.settle()
    with books.resell.bound():
        await _sell_through_lite(resell, now)
        tokens = {
            "distributor": clerk,
            "reseller": await token(resell.owner, resell.root_id, "Rik at Cloud Resell", "owner", now),
            "partner": await token(
                resell.owner, resell.accounts["Cloud Lite"], "Lia at Cloud Lite", "partner_sales", now
            ),
            "customer": await token(resell.owner, resell.accounts["X"], "Xander at X", "billing_viewer", now),
        }
    await books.settle()
    return Channel(cloud, resell, tokens)


async def _distributor(wholesale: dict[str, str], now: datetime) -> Book:
    _, root, viewer = founder("cloud")
    opening = OpenOrganisation(
        "Cloud", "cloud", ZONE, "EUR", "Dora", root, "billing@cloud.example", "Kade 1, Amsterdam"
    )
    await open_organisation(viewer, opening, now=now)
    meter = CreateMeter(VCPU_HOURS, "vCPU-hours", "vCPU-hour", MeterKind.TIME_WEIGHTED)
    await create_meter(viewer, meter, now=now)
    vendors = [await vendor(viewer, name, now) for name in ("Office Works", "Harbour Hosting")]
    offered = Offered(
        await offering(
            viewer, root, "seats", "Office seats", "seat", vendor=vendors[0], trial_days=TRIAL_DAYS, now=now
        ),
        await offering(viewer, root, "machine", "Virtual machine", "machine", vendor=vendors[1], now=now),
        await offering(viewer, root, "support", "Support", "", vendor=vendors[0], kind=OfferingKind.ADD_ON, now=now),
    )
    for seller, bought in zip(vendors, (SOFTWARE, HOSTING), strict=True):
        listed = await price_list(viewer, root, bought["name"], prices(bought, offered), now, seller)
        await buy(viewer, listed, now)
    account = CreateAccount(
        root, AccountKind.RESELLER, "Cloud Resell", "R-100", "ap@resell.example", "Plein 2, Utrecht"
    )
    reseller = (await create_account(viewer, account, now=now)).object_id
    sheet = await price_list(viewer, root, wholesale["name"], prices(wholesale, offered), now)
    own = await issuer(viewer, root, "Cloud", "CLD-", "#0b4f6c", now)
    await agree(viewer, root, reseller, sheet, own, now)
    return Book(viewer, root, {"Cloud Resell": reseller}, offered)


async def _reseller(link_key: UUID, supplied: Offered, now: datetime) -> Book:
    _, root, viewer = founder("cloud-resell")
    opening = OpenOrganisation(
        "Cloud Resell", "cloud-resell", ZONE, "EUR", "Rik", root, "billing@resell.example", "Plein 2, Utrecht"
    )
    await open_organisation(viewer, opening, now=now)
    link = (await join_as_reseller(viewer, JoinAsReseller(link_key, "Cloud"), now=now)).object_id
    offered = Offered(
        await offering(
            *(viewer, root, "seats", "Office seats", "seat", link, supplied.seats), trial_days=TRIAL_DAYS, now=now
        ),
        await offering(viewer, root, "machine", "Virtual machine", "machine", link, supplied.machine, now=now),
        await offering(
            *(viewer, root, "support", "Support", "", link, supplied.support), kind=OfferingKind.ADD_ON, now=now
        ),
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
    own = await issuer(viewer, root, "Cloud Resell", "RES-", "#7a1f5c", now)
    for name, sheet in (("Cloud Lite", PARTNER), ("Z", RETAIL)):
        listed = await price_list(viewer, root, sheet["name"], prices(sheet, book.offerings), now)
        await agree(viewer, root, book.accounts[name], listed, own, now)
    lites = await issuer(viewer, lite, "Cloud Lite", "LIT-", "#2e6b34", now)
    listed = await price_list(viewer, lite, LITE_RETAIL["name"], prices(LITE_RETAIL, book.offerings), now)
    for name in ("X", "Y"):
        await agree(viewer, lite, book.accounts[name], listed, lites, now)
