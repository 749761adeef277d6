"""Cycles: what is due in a billing period of charges that are paid by a cycle of their own, or in advance.

Owns: the rules, as pure functions. Does not own: where cycles begin (`bss.cycle`), what a part costs (`bss.tariff`),
the prices of a cycle (`bss.rating.cycle_prices`), or the charges of the month in arrears (`bss.rating.charges`).

A stretch of a subscription falls into parts at the bounds of its cycles. In arrears a part is due when it has ended, in
advance when it begins, and then up to its cycle's end, or to the stretch's own end where that is in effect by the end
of the billing period. A month that begins when the billing period ends is on that period's bill: it is paid in advance.
What takes effect after the billing period does not count yet, whoever knows of it.

What is due is what ought to stand charged, less what stands: a part that is not charged yet is charged, late where the
period in which it was due is closed; what is charged and did not last is credited from when it ended. However late a
change is learned, charges and credits of a part add up to what it comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bss.catalogue.price_list import ChargeKind
from bss.cycle import MONTHLY
from bss.period import Period, Share
from bss.policy import MoneyPolicy
from bss.rating.charged import ChargedLine, Standing, standing
from bss.rating.charges import Charge, Due
from bss.rating.history import History
from bss.rating.line import LineKind
from bss.rating.stretch import Stretch
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.proration import share
from bss.tariff.quantity import Quantity


class Agreed(NamedTuple):
    """By what a cycle is charged: its offering's charges and the edge's policy, as of when it began or was taken."""

    charges: tuple[Charge, ...]
    policy: MoneyPolicy


@dataclass(frozen=True)
class CycleTerms:
    """A billing period as an edge counts it, as far as it has come (`until`).

    What is learned late is due in the first open period, and so in this one when it is `next_to_close`. `day` is the
    billing day that was agreed first: a later one moves invoices and not the cycles. `agreed` tells by what the cycle
    of an offering is charged that begins then, `charged_by` by what something was charged; both raise `Unbillable`.
    """

    period: Period
    until: datetime
    next_to_close: bool
    zone: str
    day: int
    agreed: Callable[[UUID, datetime], Agreed]
    charged_by: Callable[[Standing], tuple[Charge, MoneyPolicy]]


class Part(NamedTuple):
    """A part of a stretch in one cycle, which ought to stand charged for `[start, end)`."""

    charge: Charge
    stretch: Stretch
    cycle: Period
    policy: MoneyPolicy
    start: datetime
    end: datetime

    @property
    def in_advance(self) -> bool:
        return self.charge.kind is ChargeKind.RECURRING_IN_ADVANCE


def due_by_cycle(history: History, lines: Collection[ChargedLine], terms: CycleTerms) -> Iterator[Due]:
    """Everything that is due of these stretches, beside the lines of the edge's closed periods. Raises `Unbillable`."""
    stands = standing(line for line in lines if line.by_cycle)
    left = {(one.charge, one.start): one for one in stands if one.until > history.since}
    for part in _parts(history, terms):
        known = left.get((part.charge.code, part.start))
        if known is None or (known.offering_id, known.quantity) != (part.stretch.offering_id, part.stretch.quantity):
            yield from _first(part, lines, terms, new=part.start == history.first)
        else:
            del left[known.charge, known.start]
            yield from _again(part, known, terms)
    for known in left.values() if terms.next_to_close else ():
        yield _credit(known, known.start, Share(0, known.share.denominator), terms)


def _parts(history: History, terms: CycleTerms) -> Iterator[Part]:
    last, begun = None, history.since
    for stretch in history.stretches:
        if last is None or (last.offering_id, last.end) != (stretch.offering_id, stretch.start):
            begun = stretch.start
        last = stretch
        if stretch.status is not SegmentStatus.ACTIVE:
            continue
        at = max(stretch.start, history.since)
        while at <= terms.until and (stretch.end is None or at < stretch.end):
            cycle = stretch.cycle.at(at, first=history.first, day=terms.day, zone=terms.zone)
            # Who comes within a cycle pays what is asked then; who adds to it what was asked when it began.
            agreed = terms.agreed(stretch.offering_id, max(cycle.start, begun))
            for charge in agreed.charges:
                if (end := _end(charge, stretch, cycle, terms)) is not None:
                    yield Part(charge, stretch, cycle, agreed.policy, max(stretch.start, cycle.start), end)
            at = cycle.end


def _end(charge: Charge, stretch: Stretch, cycle: Period, terms: CycleTerms) -> datetime | None:
    """Up to when the charge ought to stand; None where it is not due by now, or not by cycle at all."""
    if charge.kind is ChargeKind.RECURRING_IN_ADVANCE:
        return _known(stretch, cycle, terms.until)
    if charge.kind is ChargeKind.RECURRING and stretch.cycle != MONTHLY:
        end = cycle.end if stretch.end is None else min(stretch.end, cycle.end)
        return end if end <= terms.until else None
    return None


def _known(stretch: Stretch, cycle: Period, by: datetime) -> datetime:
    """The end of the stretch in its cycle as it is in effect by the instant."""
    return cycle.end if stretch.end is None or stretch.end > by else min(stretch.end, cycle.end)


def _first(part: Part, lines: Collection[ChargedLine], terms: CycleTerms, *, new: bool) -> Iterator[Due]:
    """A part that does not stand charged: due in this period, or in an earlier one, which may be closed or open.

    What begins with this period is on the bill before; if that is closed without it, or the subscription is `new`,
    it is on this one.
    """
    begun = terms.period.start
    at = part.start if part.in_advance else part.end
    if at > begun or (at == begun and part.in_advance and (new or terms.next_to_close)):
        yield _charge(part, LineKind.CORRECTION if _taken(part, lines) else LineKind.ORIGINAL, terms)
    elif terms.next_to_close:
        yield _charge(part, LineKind.CORRECTION, terms)
    elif part.in_advance and part.end < (until := _known(part.stretch, part.cycle, begun)):
        # An earlier period will charge it to there.
        charged, kept = (_share(part, end, terms) for end in (until, part.end))
        quantity = Quantity(part.stretch.quantity, unit=part.charge.unit)
        what = part.charge, part.stretch.offering_id
        yield Due(*what, part.end, until, quantity, charged, LineKind.CREDIT, kept, part.policy)


def _taken(part: Part, lines: Collection[ChargedLine]) -> bool:
    """Whether some of the part's time was charged before, otherwise: an original line has its time for itself."""
    return not part.in_advance and any(
        line.charge == part.charge.code and line.service_start < part.end and part.start < line.service_end
        for line in lines
        if line.kind != LineKind.CREDIT
    )


def _again(part: Part, known: Standing, terms: CycleTerms) -> Iterator[Due]:
    """A part that stands charged to another end than it has: the rest is credited, or all of it is charged anew."""
    if not terms.next_to_close and part.end <= terms.period.start:
        return
    if known.until > part.end:
        yield _credit(known, part.end, _share(part, part.end, terms), terms)
    elif known.until < part.end and terms.next_to_close:
        yield _credit(known, known.start, Share(0, known.share.denominator), terms)
        yield _charge(part, LineKind.CORRECTION, terms)
    elif known.until < part.end and not part.in_advance:
        # The open period gives back what stands.
        yield _charge(part, LineKind.CORRECTION, terms)


def _charge(part: Part, kind: LineKind, terms: CycleTerms) -> Due:
    quantity = Quantity(part.stretch.quantity, unit=part.charge.unit)
    service = part.start, part.end
    charged = _share(part, part.end, terms)
    return Due(part.charge, part.stretch.offering_id, *service, quantity, charged, kind, policy=part.policy)


def _credit(known: Standing, ended: datetime, kept: Share, terms: CycleTerms) -> Due:
    charge, policy = terms.charged_by(known)
    quantity = Quantity(known.quantity, unit=charge.unit)
    return Due(charge, known.offering_id, ended, known.until, quantity, known.share, LineKind.CREDIT, kept, policy)


def _share(part: Part, end: datetime, terms: CycleTerms) -> Share:
    return share(Period(part.start, end), part.cycle, terms.zone, part.policy)
