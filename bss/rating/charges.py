"""Charges: which lines are due for a subscription's consumption in one billing period on one edge.

Owns: the rules of recurring, one-time and usage charges, as pure functions. Does not own: what a line costs
(`bss.tariff`), which version of a price list is in force (`bss.rating.prices`), or storing anything.

Recurring charges of a month are due in arrears for the active stretches of the period, up to the removal of the
service; trials and suspensions are free of them. Those of other cycles, and those in advance, are due by
`bss.rating.cycles`. A one-time charge is due in the period in which the subscription first was active. Usage is due
for the hours that start in the period, at the prices of the period's last offering.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, assert_never
from uuid import UUID

from bss.catalogue.price_list import ChargeKind
from bss.cycle import MONTHLY
from bss.period import WHOLE, Period, Share
from bss.policy import MoneyPolicy
from bss.rating.consumption import Consumption
from bss.rating.line import LineKind
from bss.rating.stretch import Stretch
from bss.rating.unbillable import Unbillable
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.price import Price
from bss.tariff.proration import share
from bss.tariff.quantity import Quantity

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of an offering, ready to be rated; `divisor` base units are one `unit` of the price."""

    code: str
    kind: ChargeKind
    description: str
    price: Price
    version_id: UUID
    unit: str
    meter: str | None = None
    divisor: int = 1


class Due(NamedTuple):
    """A charge that is due, with all that its amount depends on.

    A credit has `kept`: it gives back what the share was charged, but for what that part of it comes to. `policy` is
    the one under which a cycle began; None: that of the billing period.
    """

    charge: Charge
    offering_id: UUID
    service_start: datetime
    service_end: datetime
    quantity: Quantity
    share: Share
    kind: LineKind = LineKind.ORIGINAL
    kept: Share | None = None
    policy: MoneyPolicy | None = None


@dataclass(frozen=True)
class Terms:
    """A billing period as an edge counts it: in its zone, by its policy.

    `anchored` is the whole month that a monthly price is for, where the period is cut short.
    """

    period: Period
    zone: str
    policy: MoneyPolicy
    anchored: Period | None = None
    _shares: dict[tuple[datetime, datetime], Share] = field(default_factory=dict, compare=False, repr=False)

    def share(self, start: datetime, end: datetime) -> Share:
        """The share of the whole month that the stretch is. Remembered: most subscriptions last all the period."""
        known = self._shares.get((start, end))
        if known is None:
            whole = self.anchored or self.period
            known = self._shares[start, end] = share(Period(start, end), whole, self.zone, self.policy)
        return known


@dataclass(frozen=True)
class Prices:
    """A price list in force: the charges of its offerings, and why those that are `broken` cannot be charged."""

    charges: Mapping[UUID, tuple[Charge, ...]]
    broken: Mapping[UUID, tuple[str, ...]]

    def problems(self, offering_id: UUID) -> tuple[str, ...]:
        """What keeps the offering from being charged; nothing when all is well."""
        if offering_id in self.broken:
            return self.broken[offering_id]
        return () if offering_id in self.charges else (f"the price list has no price for the offering {offering_id}",)


def due(consumption: Consumption, prices: Prices, terms: Terms) -> tuple[Due, ...]:
    """Everything that is due. Raises `Unbillable` with all reasons, and then nothing of it is due."""
    if not consumption.stretches and not consumption.usage:
        return ()
    reasons = tuple(_reasons(consumption, prices))
    if reasons:
        raise Unbillable(reasons)
    return tuple(
        one
        for stretch in consumption.stretches
        for charge in prices.charges[stretch.offering_id]
        for one in _due(charge, stretch, consumption, terms)
    )


def _reasons(consumption: Consumption, prices: Prices) -> Iterator[str]:
    if not consumption.stretches:
        meters = ", ".join(meter for meter, _ in consumption.usage)
        yield f"there is usage ({meters}) in a period in which the subscription was not in service"
    for offering_id in dict.fromkeys(stretch.offering_id for stretch in consumption.stretches):
        yield from prices.problems(offering_id)


def _due(charge: Charge, stretch: Stretch, consumption: Consumption, terms: Terms) -> Iterator[Due]:
    match charge.kind:
        case ChargeKind.RECURRING if stretch.cycle == MONTHLY:
            return _recurring(charge, stretch, consumption, terms)
        case ChargeKind.RECURRING | ChargeKind.RECURRING_IN_ADVANCE:
            return iter(())
        case ChargeKind.ONE_TIME:
            return _one_time(charge, stretch, consumption, terms)
        case ChargeKind.USAGE:
            return _usage(charge, stretch, consumption, terms)
        case _ as unreachable:
            assert_never(unreachable)


def _recurring(charge: Charge, stretch: Stretch, consumption: Consumption, terms: Terms) -> Iterator[Due]:
    start = max(stretch.start, terms.period.start)
    ends = (stretch.end, consumption.removed_at, terms.period.end)
    end = min(end for end in ends if end is not None)
    if stretch.status is SegmentStatus.ACTIVE and start < end:
        quantity = Quantity(stretch.quantity, unit=charge.unit)
        yield Due(charge, stretch.offering_id, start, end, quantity, terms.share(start, end))


def _one_time(charge: Charge, stretch: Stretch, consumption: Consumption, terms: Terms) -> Iterator[Due]:
    started = consumption.started_at
    if started == stretch.start and terms.period.contains(started):
        quantity = Quantity(stretch.quantity, unit=charge.unit)
        yield Due(charge, stretch.offering_id, started, started, quantity, WHOLE)


def _usage(charge: Charge, stretch: Stretch, consumption: Consumption, terms: Terms) -> Iterator[Due]:
    if stretch is not consumption.stretches[-1]:
        return
    used = next((total for meter, total in consumption.usage if meter == charge.meter), NOTHING)
    # Nothing used is priced too while the service was there: a tier's flat fee may be due.
    if used or any(other.status is SegmentStatus.ACTIVE for other in consumption.stretches):
        quantity = Quantity(used, charge.divisor, charge.unit)
        start, end = consumption.window or (terms.period.start, terms.period.end)
        yield Due(charge, stretch.offering_id, start, end, quantity, WHOLE)
