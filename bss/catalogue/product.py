"""What is sold: a product of a vendor, and the offerings (plans) under which it is sold.

Owns: the three values. Does not own: what an offering costs (`bss.catalogue.price_list`) or to whom it is sold
(`bss.agreements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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


class OfferingKind(StrEnum):
    """How an offering is sold: by itself, only beside a plan, or once and for ever."""

    PLAN = "plan"
    ADD_ON = "add_on"
    ASSET = "asset"


@dataclass(frozen=True)
class Offering:
    """A plan of a product: `unit` names what its quantity counts, `cycle_months` how long one cycle pays for.

    `term_months` is what one commits to at a time, `trial_days` how long it may be tried, 0 for not at all. Within
    `cancellation_days` of the start of a term it may be cancelled at once, later at the end of the term only; None:
    at any time.

    `supply_link_id` and `supply_offering_id` say where the organisation buys it: the link, and the
    distributor's own offering id, which is the identity across the link. An offering of its own has neither;
    `vendor_id` is the product's.
    """

    id: UUID
    path: str
    owner_id: UUID
    product_id: UUID
    code: str
    name: str
    unit: str
    cycle_months: int
    kind: OfferingKind
    term_months: int
    trial_days: int
    cancellation_days: int | None
    vendor_id: UUID | None
    supply_link_id: UUID | None
    supply_offering_id: UUID | None

    @property
    def resold(self) -> bool:
        """Whether the organisation buys it over a link."""
        return self.supply_link_id is not None

    @property
    def supplier_id(self) -> UUID | None:
        """From whom the organisation buys it: the link, else the vendor; None when nobody is known."""
        return self.supply_link_id or self.vendor_id
