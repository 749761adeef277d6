"""What a supplier told the organisation: a whole price list of the supplier's.

Owns: the values. Does not own: how they cross (`sync`), or their rows here (`bss.catalogue.receive_prices`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind


@dataclass(frozen=True)
class SuppliedMeter:
    """A meter that the prices name; the code is its identity on both sides."""

    code: str
    name: str
    unit: str
    divisor: int
    kind: MeterKind


@dataclass(frozen=True)
class SuppliedPrice:
    """A price of the supplier's offering, whose id is the identity across the link."""

    supply_offering_id: UUID
    charge: str
    kind: ChargeKind
    description: str
    meter: str | None
    model: dict[str, Any]


@dataclass(frozen=True)
class SuppliedVersion:
    """A published version of the supplier's list."""

    number: int
    valid_from: datetime
    published_at: datetime
    prices: tuple[SuppliedPrice, ...]


@dataclass(frozen=True)
class SuppliedPrices:
    """The supplier's list with all its versions and the meters that they name; `code` is its identity there."""

    code: str
    name: str
    currency: str
    meters: tuple[SuppliedMeter, ...]
    versions: tuple[SuppliedVersion, ...]
