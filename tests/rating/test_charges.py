"""Which charges are due, as pure rules: April 2026, thirty days, 30.00 a month."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.catalogue.price_list import ChargeKind
from bss.cycle import MONTHLY
from bss.period import Period, Share
from bss.policy import policy_named
from bss.rating.charges import Charge, Due, Prices, Terms, due
from bss.rating.consumption import Consumption
from bss.rating.stretch import Stretch
from bss.rating.unbillable import Unbillable
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.flat import Flat

SEAT, OTHER, ANOTHER, VERSION = UUID(int=1), UUID(int=2), UUID(int=4), UUID(int=3)
ACTIVE, SUSPENDED, TRIAL = SegmentStatus.ACTIVE, SegmentStatus.SUSPENDED, SegmentStatus.TRIAL


def april(day: int) -> datetime:
    return datetime(2026, 4, day, tzinfo=UTC)


MAY = datetime(2026, 5, 1, tzinfo=UTC)
TERMS = Terms(Period(april(1), MAY), "UTC", policy_named("standard"))


def charge(kind: ChargeKind, meter: str | None = None) -> Charge:
    return Charge(kind.value, kind, kind.value, Flat(Decimal(30)), VERSION, "seat", meter)


PRICES = Prices({SEAT: tuple(charge(kind, "vcpu") for kind in ChargeKind)}, {})


def stretch(start: datetime, end: datetime | None, status: SegmentStatus = ACTIVE) -> Stretch:
    return Stretch(SEAT, status, Decimal(5), MONTHLY, start, end)


def consumed(
    *stretches: Stretch,
    removed_at: datetime | None = None,
    started_at: datetime | None = None,
    usage: tuple[tuple[str, Decimal], ...] = (),
) -> Consumption:
    return Consumption(UUID(int=9), "root.", UUID(int=8), removed_at, started_at, stretches, usage)


def of_kind(kind: ChargeKind, consumption: Consumption) -> list[Due]:
    return [one for one in due(consumption, PRICES, TERMS) if one.charge.kind is kind]


def recurring(consumption: Consumption) -> list[Share]:
    return [one.share for one in of_kind(ChargeKind.RECURRING, consumption)]


def test_a_trial_and_a_suspension_are_free_and_the_days_between_are_charged() -> None:
    stretches = stretch(april(1), april(11), TRIAL), stretch(april(11), april(21)), stretch(april(21), None, SUSPENDED)
    assert recurring(consumed(*stretches)) == [Share(10, 30)]


def test_a_removed_service_is_charged_to_its_removal() -> None:
    assert recurring(consumed(stretch(april(1), None), removed_at=april(4))) == [Share(3, 30)]
    assert recurring(consumed(stretch(april(5), None), removed_at=april(4))) == []


def test_a_segment_that_began_before_the_period_is_charged_from_its_start() -> None:
    assert recurring(consumed(stretch(datetime(2026, 1, 1, tzinfo=UTC), None))) == [Share(30, 30)]


def test_a_one_time_charge_is_due_in_the_period_of_the_first_active_instant_only() -> None:
    started = of_kind(ChargeKind.ONE_TIME, consumed(stretch(april(9), None), started_at=april(9)))
    assert [(one.service_start, one.service_end) for one in started] == [(april(9), april(9))]
    march = datetime(2026, 3, 9, tzinfo=UTC)
    assert of_kind(ChargeKind.ONE_TIME, consumed(stretch(march, None), started_at=march)) == []


def test_nothing_used_is_priced_while_active_and_not_while_suspended() -> None:
    assert len(of_kind(ChargeKind.USAGE, consumed(stretch(april(1), None)))) == 1
    assert of_kind(ChargeKind.USAGE, consumed(stretch(april(1), None, SUSPENDED))) == []
    used = consumed(stretch(april(1), None, SUSPENDED), usage=(("vcpu", Decimal(7)),))
    assert [one.quantity.numerator for one in of_kind(ChargeKind.USAGE, used)] == [Decimal(7)]


def test_usage_is_one_line_however_many_segments_there_are() -> None:
    used = consumed(stretch(april(1), april(9)), stretch(april(9), None), usage=(("vcpu", Decimal(7)),))
    assert len(of_kind(ChargeKind.USAGE, used)) == 1


def test_all_reasons_are_told_at_once_and_then_nothing_is_due() -> None:
    elsewhere = (Stretch(other, ACTIVE, Decimal(1), MONTHLY, april(20), None) for other in (OTHER, ANOTHER))
    with pytest.raises(Unbillable) as unbillable:
        due(consumed(stretch(april(1), april(20)), *elsewhere), PRICES, TERMS)
    assert [str(OTHER) in unbillable.value.reasons[0], str(ANOTHER) in unbillable.value.reasons[1]] == [True, True]


def test_a_subscription_outside_the_period_owes_nothing() -> None:
    assert due(consumed(), PRICES, TERMS) == ()
