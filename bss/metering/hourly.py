"""What a reading adds to each UTC hour, exactly.

Owns: the arithmetic of a reading over hours, and which values can be kept. Does not own: where an hour begins and
how an interval falls apart (`bss.period`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation

from bss.catalogue.meter import MeterKind
from bss.period import HOUR, MILLISECOND, split_over_hours

EXACT = Context(prec=1_000, traps=[Inexact, InvalidOperation])
"""Arithmetic that would rather fail than round."""
_STORED = Context(prec=24, traps=[Inexact, InvalidOperation])
"""The digits of a value: 15 and 9 decimals."""
_BILLIONTH = Decimal("1E-9")

Parts = tuple[tuple[datetime, Decimal], ...]
"""(UTC hour, quantity in the meter's base unit), in order; never empty."""


def is_storable(value: Decimal) -> bool:
    """Whether the value is a number from 0 to below 10^15 with at most nine decimals."""
    try:
        return _STORED.quantize(value, _BILLIONTH) >= 0
    except (Inexact, InvalidOperation):
        return False


def over_hours(kind: MeterKind, starts_at: datetime, ends_at: datetime, value: Decimal) -> Parts:
    """The reading's quantity in each hour: in all, value × milliseconds for a gauge, and value for a sum.

    A sum is spread in proportion to time, to nine decimals, and the last hour gets the rest; a sum without
    duration belongs to the hour of its instant. Both instants are in UTC.
    """
    # Nearly every reading lies within one hour, and there are millions; `replace` costs several times as much.
    hour = datetime(starts_at.year, starts_at.month, starts_at.day, starts_at.hour, tzinfo=UTC)
    if ends_at > hour + HOUR:
        return _over_several(kind, split_over_hours(starts_at, ends_at), value)
    if kind is MeterKind.SUM:
        return ((hour, value),)
    return ((hour, EXACT.multiply(value, (ends_at - starts_at) // MILLISECOND)),)


def _over_several(kind: MeterKind, hours: tuple[tuple[datetime, int], ...], value: Decimal) -> Parts:
    if kind is MeterKind.TIME_WEIGHTED:
        return tuple((hour, EXACT.multiply(value, milliseconds)) for hour, milliseconds in hours)
    billionths = int(EXACT.scaleb(value, 9))
    whole = sum(milliseconds for _, milliseconds in hours)
    shares = [billionths * milliseconds // whole for _, milliseconds in hours]
    shares[-1] = billionths - sum(shares[:-1])
    return tuple((hour, EXACT.scaleb(Decimal(share), -9)) for (hour, _), share in zip(hours, shares, strict=True))
