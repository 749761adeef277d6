"""How the columns of a CSV file become readings.

Owns: the mapping as a literal value, and the mappings that have a name. Does not own: reading a file (`csv_file`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StartAndEnd:
    """The interval is `[starts_at, ends_at)`; both columns hold instants with an offset."""

    starts_at: str
    ends_at: str

    @property
    def columns(self) -> tuple[str, str]:
        return (self.starts_at, self.ends_at)


@dataclass(frozen=True)
class EndAndDuration:
    """The sample was taken at the end of an interval of so many milliseconds."""

    sampled_at: str
    duration_ms: str

    @property
    def columns(self) -> tuple[str, str]:
        return (self.sampled_at, self.duration_ms)


@dataclass(frozen=True)
class Product:
    """A meter's value: the product of the columns, times the factor. Without columns: the factor in every row."""

    columns: tuple[str, ...]
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class ColumnMapping:
    """One row feeds every meter of `meters`. The event id is the columns and the meter's code, joined by ':'."""

    event_id: tuple[str, ...]
    subscription: str
    resource: str
    interval: StartAndEnd | EndAndDuration
    meters: Mapping[str, Product]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a file must have, once each."""
        named = (*self.event_id, self.subscription, self.resource, *self.interval.columns)
        valued = (column for product in self.meters.values() for column in product.columns)
        return tuple(dict.fromkeys((*named, *valued)))

    def told_as(self, field: str, meter: str) -> str:
        """The columns, joined by ':', that a field of a reading of this meter was made of; the field, if of none."""
        if field == "eventId":
            return ":".join(self.event_id)
        if field == "value":
            return ":".join(self.meters[meter].columns) or field
        start, end = self.interval.columns
        columns = {"subscription": self.subscription, "resource": self.resource, "startsAt": start, "endsAt": end}
        return columns.get(field, field)


VM_SAMPLES = ColumnMapping(
    event_id=("vm_id", "sampled_at"),
    subscription="vm_id",
    resource="vm_id",
    interval=EndAndDuration("sampled_at", "duration_ms"),
    meters={
        "vm_hours": Product(()),
        "vcpu_hours": Product(("cpu_count",)),
        "ghz_hours": Product(("cpu_usage_mhz",), Decimal("0.001")),
    },
)
"""Samples of virtual machines: their hours, the hours of their vCPUs, and the CPU that they used, in GHz-hours."""

MAPPINGS: dict[str, ColumnMapping] = {"vm-samples": VM_SAMPLES}
"""The mappings that have a name."""
