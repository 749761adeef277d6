"""The price sheets of the sample channel, chosen so that the arithmetic can be checked by hand.

Owns: what each edge charges for a seat, for support and for a machine. Does not own: how a price is rated
(`bss.tariff`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bss.catalogue.new_price import NewPrice
from bss.catalogue.price_list import ChargeKind

VCPU_HOURS = "vcpu_hours"


@dataclass(frozen=True)
class Offered:
    """The offerings of the sample channel, in one organisation's books; support is an add-on."""

    seats: UUID
    machine: UUID
    support: UUID


SOFTWARE = {"name": "Office software", "seat": "9.00", "support": "3.00"}
HOSTING = {"name": "Hosting", "setup": "4.00", "machine": "5.00", "first": "0.008", "then": "0.006"}
RESELLER = {
    "name": "Reseller",
    "seat": "12.00",
    "support": "4.00",
    "setup": "5.00",
    "machine": "6.00",
    "first": "0.010",
    "then": "0.008",
}
PARTNER = {
    "name": "Partner",
    "seat": "13.20",
    "support": "4.50",
    "setup": "5.50",
    "machine": "6.60",
    "first": "0.011",
    "then": "0.009",
}
RETAIL = {"name": "Retail", "seat": "14.50", "support": "5.50", "setup": "7.50", "machine": "8.50", "hour": "0.013"}
LITE_RETAIL = {
    "name": "Lite retail",
    "seat": "15.00",
    "support": "5.00",
    "setup": "8.00",
    "machine": "9.00",
    "hour": "0.015",
}
"""Per seat and month; support per month; per machine once and per month; per vCPU-hour: first 1,000, rest."""


def prices(sheet: dict[str, str], offered: Offered) -> tuple[NewPrice, ...]:
    """The charges of one sheet; a vendor's has only its own product."""
    seats: tuple[NewPrice, ...] = ()
    machine: tuple[NewPrice, ...] = ()
    if "seat" in sheet:
        seats = (
            NewPrice(offered.seats, "seats", ChargeKind.RECURRING, "Office seats", _per_unit(sheet["seat"])),
            NewPrice(offered.support, "support", ChargeKind.RECURRING, "Support", _flat(sheet["support"])),
        )
    if "machine" in sheet:
        machine = _machine(sheet, offered)
    return (*seats, *machine)


def _machine(sheet: dict[str, str], offered: Offered) -> tuple[NewPrice, ...]:
    return (
        NewPrice(offered.machine, "setup", ChargeKind.ONE_TIME, "Set-up", _flat(sheet["setup"])),
        NewPrice(offered.machine, "machine", ChargeKind.RECURRING, "Virtual machine", _flat(sheet["machine"])),
        NewPrice(offered.machine, "vcpu", ChargeKind.USAGE, "vCPU-hours", _hours(sheet), VCPU_HOURS),
    )


def _flat(fee: str) -> dict[str, Any]:
    return {"model": "flat", "fee": fee}


def _per_unit(unit: str) -> dict[str, Any]:
    return {"model": "per_unit", "unit": unit}


def _hours(sheet: dict[str, str]) -> dict[str, Any]:
    if "hour" in sheet:
        return _per_unit(sheet["hour"])
    return {
        "model": "graduated",
        "tiers": [
            {"up_to": "1000", "unit": sheet["first"], "flat": "0"},
            {"up_to": None, "unit": sheet["then"], "flat": "0"},
        ],
    }
