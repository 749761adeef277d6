"""The observed half: what the distributor says of a mirror, of its terms, and of usage.

Owns: the three documents and their data form. Pure. Does not own: when each is written (`sync.capture_supply`,
`sync.capture_usage`, `sync.apply_subscription`), or what the reseller makes of it (`sync.apply_*`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from bss.canonical import instant, plain
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.supplied import SuppliedMeter, SuppliedPrice, SuppliedPrices, SuppliedVersion
from sync.message import BadShape


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
                int(data["desired_version"]),
                None if data["refusal"] is None else str(data["refusal"]),
                _instant_or_none(data["provisioned_at"]),
                _instant_or_none(data["removed_at"]),
            )
        except (KeyError, TypeError, ValueError) as unreadable:
            raise BadShape(f"The acceptance cannot be read: {unreadable!r}.") from unreadable


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
        except (KeyError, TypeError, ValueError, InvalidOperation) as unreadable:
            raise BadShape(f"The usage cannot be read: {unreadable!r}.") from unreadable


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
            return cls(
                zone=str(data["zone"]),
                policy=str(data["policy"]),
                billing_day=int(data["billing_day"]),
                prices=_prices(data["prices"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
            raise BadShape(f"The terms of supply cannot be read: {unreadable!r}.") from unreadable


def data_of(document: AcceptanceDocument | SupplyDocument | UsageDocument) -> dict[str, Any]:
    """The document as a message's data."""
    data: dict[str, Any] = plain(document)
    return data


def _record(found: Mapping[str, Any]) -> UsageRecord:
    return UsageRecord(
        str(found["meter"]),
        str(found["resource"]),
        instant(found["hour"]),
        int(found["revision"]),
        Decimal(found["quantity"]),
        int(found["samples"]),
    )


def _prices(found: Mapping[str, Any]) -> SuppliedPrices:
    return SuppliedPrices(
        code=str(found["code"]),
        name=str(found["name"]),
        currency=str(found["currency"]),
        meters=tuple(_meter(meter) for meter in found["meters"]),
        versions=tuple(_version(version) for version in found["versions"]),
    )


def _meter(found: Mapping[str, Any]) -> SuppliedMeter:
    return SuppliedMeter(
        code=str(found["code"]),
        name=str(found["name"]),
        unit=str(found["unit"]),
        divisor=int(found["divisor"]),
        kind=MeterKind(found["kind"]),
    )


def _version(found: Mapping[str, Any]) -> SuppliedVersion:
    return SuppliedVersion(
        number=int(found["number"]),
        valid_from=instant(found["valid_from"]),
        published_at=instant(found["published_at"]),
        prices=tuple(_price(price) for price in found["prices"]),
    )


def _price(found: Mapping[str, Any]) -> SuppliedPrice:
    return SuppliedPrice(
        supply_offering_id=UUID(found["supply_offering_id"]),
        charge=str(found["charge"]),
        kind=ChargeKind(found["kind"]),
        description=str(found["description"]),
        meter=None if found["meter"] is None else str(found["meter"]),
        model=dict(found["model"]),
    )


def _instant_or_none(found: Any) -> datetime | None:
    return None if found is None else instant(found)
