"""What is sold: a product of a vendor, and the offerings (plans) under which it is sold.

Owns: the three values. Does not own: what an offering costs (`bss.catalogue.price_list`) or to whom it is sold
(`bss.agreements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bss.catalogue.characteristic import Offered
from bss.cycle import Cycle
from bss.identifier import label
from bss.refusal import Problem


class ProductKind(StrEnum):
    """What is sold: a virtual machine, a virtual datacentre (pooled resources of a tenant), or any other item.

    The kind is the product's and not the meter's: a vCPU-hour of a machine and of a datacentre is one meter's.
    """

    VM = "vm"
    VDC = "vdc"
    XAAS = "xaas"


@dataclass(frozen=True)
class Vendor:
    """Whose product it is. The organisation may buy from it directly, without a link (a vendor's supply edge)."""

    id: UUID
    path: str
    code: str
    name: str


@dataclass(frozen=True)
class Product:
    """A thing that an account sells; `path` is its owner's. `vendor_id`: whose product it is, if that is told."""

    id: UUID
    path: str
    owner_id: UUID
    vendor_id: UUID | None
    code: str
    name: str
    kind: ProductKind = ProductKind.XAAS
    characteristics: Offered = ()


class OfferingKind(StrEnum):
    """How an offering is sold: by itself, only beside a plan, or once and for ever."""

    PLAN = "plan"
    ADD_ON = "add_on"
    ASSET = "asset"


@dataclass(frozen=True)
class Offering:
    """A plan of a product: `unit` names what its quantity counts, `cycle` for how long a recurring charge pays.

    `term_months` is what one commits to at a time, `trial_days` how long it may be tried, 0 for not at all. Within
    `cancellation_days` of the start of a term it may be cancelled at once, later at the end of the term only; None:
    at any time.

    `category` is where the storefront shows it, if `in_storefront`; what it does not show is sold all the same.
    `private_to` are the accounts that may buy it, with all below them; empty for everybody.

    `supply_link_id` and `supply_offering_id` say where the organisation buys it: the link, and the
    distributor's own offering id, which is the identity across the link. An offering of its own has neither;
    `vendor_id` and `characteristics` are the product's.
    """

    id: UUID
    path: str
    owner_id: UUID
    product_id: UUID
    code: str
    name: str
    unit: str
    cycle: Cycle
    kind: OfferingKind
    term_months: int
    trial_days: int
    cancellation_days: int | None
    vendor_id: UUID | None
    supply_link_id: UUID | None
    supply_offering_id: UUID | None
    characteristics: Offered
    category: str
    in_storefront: bool
    private_to: tuple[UUID, ...]

    def open_to(self, account_path: str) -> bool:
        """Whether it may be sold to the account: to all, or it or one above it is among those it is private to."""
        labels = account_path.split(".")
        return not self.private_to or any(label(account) in labels for account in self.private_to)

    @property
    def resold(self) -> bool:
        """Whether the organisation buys it over a link."""
        return self.supply_link_id is not None

    @property
    def supplier_id(self) -> UUID | None:
        """From whom the organisation buys it: the link, else the vendor; None when nobody is known."""
        return self.supply_link_id or self.vendor_id


def private_problems(offering: Offering, account_path: str, place: str = "offeringId") -> tuple[Problem, ...]:
    """A problem, of the input's `place`, when the offering is private to others than the account."""
    if offering.open_to(account_path):
        return ()
    return (Problem((place,), f"{offering.name} is private to other accounts."),)
