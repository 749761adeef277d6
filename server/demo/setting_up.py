"""The steps by which a sample channel is set up, shared by its stories.

Owns: how an offering, a price list, an issuer, an edge and a token of the demonstration are made. Does not own:
which there are (`channel`, `real_month`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.access.admit import Admit, CreateToken, admit, create_token
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.agree_supply import AgreeSupply, agree_supply
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.create_vendor import CreateVendor, create_vendor
from bss.catalogue.new_price import NewPrice
from bss.catalogue.product import OfferingKind, ProductKind
from bss.catalogue.publish_prices import PublishPrices, publish_prices
from bss.viewer import Viewer

ZONE = "Europe/Amsterdam"
ADDRESSES = {
    "Cloud": ("Kade 1", "1011 AA Amsterdam"),
    "Cloud Resell": ("Plein 2", "3511 BB Utrecht"),
    "Cloud Lite": ("Markt 4", "5611 CC Eindhoven"),
}


async def offering(
    viewer: Viewer,
    root: UUID,
    code: str,
    name: str,
    unit: str,
    link: UUID | None = None,
    supplied: UUID | None = None,
    *,
    vendor: UUID | None = None,
    kind: OfferingKind = OfferingKind.PLAN,
    trial_days: int = 0,
    now: datetime,
) -> UUID:
    """An offering with a product of its own; resold when `supplied` names the distributor's."""
    measured = ProductKind.VM if unit == "machine" else ProductKind.XAAS
    product = await create_product(viewer, CreateProduct(root, code, name, vendor, measured), now=now)
    request = CreateOffering(
        *(product.object_id, code, name, unit),
        supply_link_id=link,
        supply_offering_id=supplied,
        kind=kind,
        trial_days=trial_days,
    )
    return (await create_offering(viewer, request, now=now)).object_id


async def vendor(viewer: Viewer, name: str, now: datetime) -> UUID:
    """A vendor, by its name."""
    return (await create_vendor(viewer, CreateVendor(name.lower().replace(" ", "-"), name), now=now)).object_id


async def buy(viewer: Viewer, price_list_id: UUID, now: datetime) -> None:
    """A vendor's supply edge, billed monthly in Amsterdam."""
    await agree_supply(viewer, AgreeSupply(price_list_id, ZONE, "standard", 1), now=now)


async def price_list(
    viewer: Viewer, owner: UUID, name: str, charges: tuple[NewPrice, ...], now: datetime, vendor: UUID | None = None
) -> UUID:
    """A price list with one version, in force from now on; a vendor's, when one is named."""
    request = CreatePriceList(owner, name.lower().replace(" ", "-"), name, "EUR", vendor)
    created = (await create_price_list(viewer, request, now=now)).object_id
    await publish_prices(viewer, PublishPrices(created, now, charges), now=now)
    return created


async def issuer(viewer: Viewer, owner: UUID, name: str, prefix: str, colour: str, now: datetime) -> UUID:
    """A legal entity with its card and number series."""
    card = {
        "address": [*ADDRESSES[name], "The Netherlands"],
        "registration": "Chamber of Commerce 12345678",
        "tax_number": "NL001234567B01",
        "bank": "IBAN NL91 ABNA 0417 1643 00",
        "colour": colour,
        "terms": "Payment within 30 days of the date of the invoice. Amounts are net.",
        "footer": f"{name} · billing@{name.lower().replace(' ', '-')}.example",
    }
    return (await create_issuer(viewer, CreateIssuer(owner, name, card, prefix), now=now)).object_id


async def agree(
    viewer: Viewer, seller: UUID, buyer: UUID, sheet: UUID, issued_by: UUID, now: datetime, billing_day: int = 1
) -> None:
    """A selling edge, billed monthly in Amsterdam."""
    await agree_edge(viewer, AgreeEdge(seller, buyer, sheet, ZONE, "standard", billing_day, issued_by), now=now)


async def token(viewer: Viewer, account: UUID, name: str, role: str, now: datetime) -> str:
    """Admit somebody and give them a token."""
    membership = await admit(viewer, Admit(name, account, role), now=now)
    created = await create_token(viewer, CreateToken(membership.object_id, "demonstration"), now=now)
    return created.secret or ""
