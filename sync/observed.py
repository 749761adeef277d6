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
class MeterTerms:
    """A meter that the prices name: `divisor` base units make one unit of a price."""

    code: str
    name: str
    unit: str
    divisor: int
    kind: str


@dataclass(frozen=True)
class PriceTerms:
    """A charge of one of the distributor's offerings; `model` is the stored form of a price model."""

    offering_id: UUID
    charge: str
    kind: str
    description: str
    meter: str | None
    model: dict[str, Any]


@dataclass(frozen=True)
class VersionTerms:
    """A published version of the price list, in force from `valid_from` until the next one's."""

    number: int
    valid_from: datetime
    published_at: datetime
    prices: tuple[PriceTerms, ...]


@dataclass(frozen=True)
class SupplyDocument:
    """The terms at which the reseller buys: the edge, its price list in all its versions, and the meters."""

    currency: str
    zone: str
    policy: str
    billing_day: int
    price_list_code: str
    price_list_name: str
    versions: tuple[VersionTerms, ...]
    meters: tuple[MeterTerms, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SupplyDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            return cls(
                currency=str(data["currency"]),
                zone=str(data["zone"]),
                policy=str(data["policy"]),
                billing_day=int(data["billing_day"]),
                price_list_code=str(data["price_list_code"]),
                price_list_name=str(data["price_list_name"]),
                versions=tuple(_version(found) for found in data["versions"]),
                meters=tuple(_meter(found) for found in data["meters"]),
            )
        except (KeyError, TypeError, ValueError) as unreadable:
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


def _meter(found: Mapping[str, Any]) -> MeterTerms:
    texts = (str(found[name]) for name in ("code", "name", "unit"))
    return MeterTerms(*texts, int(found["divisor"]), str(found["kind"]))


def _version(found: Mapping[str, Any]) -> VersionTerms:
    return VersionTerms(
        int(found["number"]),
        instant(found["valid_from"]),
        instant(found["published_at"]),
        tuple(_price(price) for price in found["prices"]),
    )


def _price(found: Mapping[str, Any]) -> PriceTerms:
    return PriceTerms(
        UUID(found["offering_id"]),
        str(found["charge"]),
        str(found["kind"]),
        str(found["description"]),
        None if found["meter"] is None else str(found["meter"]),
        dict(found["model"]),
    )


def _instant_or_none(found: Any) -> datetime | None:
    return None if found is None else instant(found)
