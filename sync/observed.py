"""The observed half: what the distributor says of a mirror, of its terms, and of usage.

Owns: the three documents and their data form. Pure. Does not own: when each is written (`sync.capture_supply`,
`sync.capture_usage`, `sync.apply_subscription`), or what the reseller makes of it (`sync.apply_*`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bss.agreements.terms import term_problems
from bss.canonical import plain
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.supplied import SuppliedMeter, SuppliedPrice, SuppliedPrices, SuppliedVersion
from bss.metering.reading import MOST_TEXT
from bss.money import known_currency
from sync.bounds import MOST_CODE, UNREADABLE, measured, moment, optional, refuse, shown, string, unreadable, whole
from sync.message import BadShape

_MOST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class AcceptanceDocument:
    """The answer to one version of a subscription, with what became of the service.

    `refusal` is None when the version was accepted. `provisioned_at` and `removed_at` are facts of the service.
    """

    desired_version: int
    refusal: str | None
    provisioned_at: datetime | None
    removed_at: datetime | None

    @property
    def version(self) -> int:
        """Answers in the order of what they answer; a version that was refused may be accepted later, not back."""
        return 2 * self.desired_version + (self.refusal is None)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> AcceptanceDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            return cls(
                whole(data["desired_version"], 1),
                optional(shown, data["refusal"]),
                optional(moment, data["provisioned_at"]),
                optional(moment, data["removed_at"]),
            )
        except UNREADABLE as fault:
            raise BadShape(unreadable("The acceptance", fault)) from fault


@dataclass(frozen=True)
class UsageRecord:
    """An hour of a resource on a meter, in base units. The greatest revision of an hour counts."""

    meter: str
    resource: str
    hour: datetime
    revision: int
    quantity: Decimal
    samples: int


@dataclass(frozen=True)
class UsageDocument:
    """Hours of one mirror. Records are never coalesced: each hour and revision is sent."""

    records: tuple[UsageRecord, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> UsageDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            return cls(tuple(_record(found) for found in data["records"]))
        except UNREADABLE as fault:
            raise BadShape(unreadable("The usage", fault)) from fault


@dataclass(frozen=True)
class SupplyDocument:
    """The terms at which the reseller buys: its edge at the distributor, and the whole price list of that edge."""

    zone: str
    policy: str
    billing_day: int
    prices: SuppliedPrices

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SupplyDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            zone, policy = string(data["zone"], MOST_CODE), string(data["policy"], MOST_CODE)
            billing_day = whole(data["billing_day"])
            refuse(tuple(term_problems(zone, policy, billing_day)))
            return cls(zone, policy, billing_day, _prices(data["prices"]))
        except UNREADABLE as fault:
            raise BadShape(unreadable("The terms of supply", fault)) from fault


def data_of(document: AcceptanceDocument | SupplyDocument | UsageDocument) -> dict[str, Any]:
    """The document as a message's data."""
    data: dict[str, Any] = plain(document)
    return data


def _record(found: Mapping[str, Any]) -> UsageRecord:
    return UsageRecord(
        string(found["meter"], MOST_CODE),
        string(found["resource"], MOST_TEXT),
        moment(found["hour"]),
        whole(found["revision"], 1),
        measured(found["quantity"]),
        whole(found["samples"]),
    )


def _prices(found: Mapping[str, Any]) -> SuppliedPrices:
    if not known_currency(string(found["currency"], MOST_CODE)):
        raise ValueError(f"no currency is called {found['currency']!r}")
    return SuppliedPrices(
        code=string(found["code"], MOST_CODE),
        name=string(found["name"]),
        currency=found["currency"],
        meters=tuple(_meter(meter) for meter in found["meters"]),
        versions=tuple(_version(version) for version in found["versions"]),
    )


def _meter(found: Mapping[str, Any]) -> SuppliedMeter:
    return SuppliedMeter(
        code=string(found["code"], MOST_CODE),
        name=string(found["name"]),
        unit=string(found["unit"]),
        divisor=whole(found["divisor"], 1),
        kind=MeterKind(found["kind"]),
    )


def _version(found: Mapping[str, Any]) -> SuppliedVersion:
    return SuppliedVersion(
        number=whole(found["number"], 1, _MOST_NUMBER),
        valid_from=moment(found["valid_from"]),
        published_at=moment(found["published_at"]),
        prices=tuple(_price(price) for price in found["prices"]),
    )


def _price(found: Mapping[str, Any]) -> SuppliedPrice:
    return SuppliedPrice(
        supply_offering_id=UUID(found["supply_offering_id"]),
        charge=string(found["charge"], MOST_CODE),
        kind=ChargeKind(found["kind"]),
        description=string(found["description"]),
        meter=None if found["meter"] is None else string(found["meter"], MOST_CODE),
        model=dict(found["model"]),
    )
