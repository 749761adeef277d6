"""Cycles: what is due in a billing period of charges that are paid by a cycle of their own, or in advance.

Owns: the rules, as pure functions. Does not own: where cycles begin (`bss.cycle`), what a part costs (`bss.tariff`),
the prices of a cycle (`bss.invoicing.cycle_prices`), or the charges of the month in arrears (`bss.invoicing.charges`).

A stretch of a subscription falls into parts at the bounds of its cycles, and each part is due once:

- in arrears in the billing period in which it ends, the instant of the period's end included;
- in advance in the billing period in which it begins, up to its cycle's end, or to the stretch's own end, where that is
  in effect by the end of the billing period;
- and when a stretch that was paid in advance ends before its cycle, in a billing period after the one in which it
  began, the rest is credited there.

What takes effect after the billing period does not count yet, whoever knows of it: so what was charged before follows
from the timeline alone. The charges and credits of a cycle add up to what its stretches come to, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bss.catalogue.price_list import ChargeKind
from bss.cycle import MONTHLY
from bss.invoicing.charges import Charge, Due
from bss.invoicing.history import History
from bss.invoicing.stretch import Stretch
from bss.period import Period
from bss.policy import MoneyPolicy
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.proration import share
from bss.tariff.quantity import Quantity


class Part(NamedTuple):
    """A part of a stretch in one cycle, for which `service` is charged or credited.

    A credit gives back what was charged for `charged`, but for what was `kept`.
    """

    service: Period
    charged: Period
    kept: Period | None = None


class Agreed(NamedTuple):
    """By what a cycle is charged: the charges of its offering and the policy of the edge, as of the cycle's start."""

    charges: tuple[Charge, ...]
    policy: MoneyPolicy


@dataclass(frozen=True)
class CycleTerms:
    """A billing period as an edge counts it, as far as it has come (`until`).

    `day` is the billing day that was agreed first: a later one moves invoices and not the cycles. `agreed` tells by
    what the cycle of an offering is charged that begins then; it raises `Unbillable`.
    """

    period: Period
    until: datetime
    zone: str
    day: int
    agreed: Callable[[UUID, datetime], Agreed]


def due_by_cycle(history: History, terms: CycleTerms) -> Iterator[Due]:
    """Everything that is due of these stretches. Raises `Unbillable`."""
    for stretch in history.stretches:
        if stretch.status is SegmentStatus.ACTIVE:
            for cycle in _cycles(stretch, history.first, terms):
                agreed = terms.agreed(stretch.offering_id, cycle.start)
                for charge in agreed.charges:
                    yield from _due(charge, stretch, cycle, agreed.policy, terms)


def _cycles(stretch: Stretch, first: datetime, terms: CycleTerms) -> Iterator[Period]:
    """The cycles of the stretch that have a part in the billing period, in order."""
    at = max(stretch.start, terms.period.start)
    while at < terms.until and (stretch.end is None or at < stretch.end):
        cycle = stretch.cycle.at(at, first=first, day=terms.day, zone=terms.zone)
        yield cycle
        at = cycle.end


def _due(charge: Charge, stretch: Stretch, cycle: Period, policy: MoneyPolicy, terms: CycleTerms) -> Iterator[Due]:
    if charge.kind is ChargeKind.RECURRING_IN_ADVANCE:
        part = _in_advance(stretch, cycle, terms)
    elif charge.kind is ChargeKind.RECURRING and stretch.cycle != MONTHLY:
        part = _in_arrears(stretch, cycle, terms)
    else:
        return
    if part is not None:
        quantity = Quantity(stretch.quantity, unit=charge.unit)
        charged = share(part.charged, cycle, terms.zone, policy)
        kept = None if part.kept is None else share(part.kept, cycle, terms.zone, policy)
        service = part.service.start, part.service.end
        yield Due(charge, stretch.offering_id, *service, quantity, charged, kept, policy)


def _in_arrears(stretch: Stretch, cycle: Period, terms: CycleTerms) -> Part | None:
    end = cycle.end if stretch.end is None else min(stretch.end, cycle.end)
    if not terms.period.start < end <= terms.until:
        return None
    lasted = Period(max(stretch.start, cycle.start), end)
    return Part(lasted, lasted)


def _in_advance(stretch: Stretch, cycle: Period, terms: CycleTerms) -> Part | None:
    start, end = max(stretch.start, cycle.start), cycle.end
    if stretch.end is not None and stretch.end <= terms.until:
        end = min(stretch.end, cycle.end)
    lasted = Period(start, end)
    if start >= terms.period.start:
        return Part(lasted, lasted) if start < terms.until else None
    return Part(Period(end, cycle.end), Period(start, cycle.end), lasted) if end < cycle.end else None
