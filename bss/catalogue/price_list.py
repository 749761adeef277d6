"""Price lists: what offerings cost on the edges that use the list, by published versions.

Owns: the values and the kinds of charge. Does not own: the arithmetic of a price model (`bss.tariff`), or
which edge uses which list (`bss.agreements`).

The version in force at an instant is the one with the greatest `valid_from` that is not after it. The
version in force at the start of a billing period prices the whole period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ChargeKind(StrEnum):
    """When a charge is due: once, after every cycle (in arrears) or before it, or for what a meter counted."""

    ONE_TIME = "one_time"
    RECURRING = "recurring"
    RECURRING_IN_ADVANCE = "recurring_in_advance"
    USAGE = "usage"


@dataclass(frozen=True)
class PriceList:
    """A list in one currency; `path` is its owner's. `received`: the supplier's, which only sync writes.

    `vendor_id`: the vendor at whose prices the organisation buys by it.
    """

    id: UUID
    path: str
    owner_id: UUID
    code: str
    name: str
    currency: str
    vendor_id: UUID | None
    received: bool

    @property
    def for_buying(self) -> bool:
        """Whether these are prices at which the organisation buys, and never sells."""
        return self.received or self.vendor_id is not None


@dataclass(frozen=True)
class PriceVersion:
    """An immutable version; `number` counts from 1 within its list."""

    id: UUID
    price_list_id: UUID
    number: int
    valid_from: datetime
    published_at: datetime


@dataclass(frozen=True)
class PriceLine:
    """One charge of an offering in a version.

    `charge` is the charge's code within its offering, `meter` the code of a usage charge's meter, and `model`
    the stored form of a price (`bss.tariff.price.from_data` reads it).
    """

    id: UUID
    version_id: UUID
    offering_id: UUID
    charge: str
    kind: ChargeKind
    description: str
    meter: str | None
    model: dict[str, Any]
