"""What is due by a cycle of its own, or in advance: whenever bills are made, it adds up to what lasted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bss.catalogue.price_list import ChargeKind
from bss.cycle import MONTHLY, Cycle, CycleAnchor, CycleUnit, cycle_of
from bss.period import Period, billing_period
from bss.policy import POLICIES
from bss.rating.charged import ChargedLine
from bss.rating.charges import Charge, Due
from bss.rating.cycles import Agreed, CycleTerms, due_by_cycle
from bss.rating.history import EVER, History
from bss.rating.line import LineKind
from bss.rating.stretch import Place, Stretch
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.explain import stripped
from bss.tariff.per_unit import PerUnit
from bss.tariff.proration import share
from bss.tariff.quantity import Quantity
from bss.tariff.rating import Rated, credit, rate
from bss.tariff.recompute import recompute

ZONE, SEAT = "Europe/Amsterdam", UUID(int=1)
POLICY = POLICIES["standard"]
PRICE = PerUnit(Decimal("9.99"))
ADVANCE, ARREARS = ChargeKind.RECURRING_IN_ADVANCE, ChargeKind.RECURRING
YEARLY = cycle_of("anniversary/P1Y")


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def seats(quantity: int, start: datetime, end: datetime | None = None, cycle: Cycle = YEARLY) -> Stretch:
    return Stretch(SEAT, SegmentStatus.ACTIVE, Decimal(quantity), cycle, start, end)


def history(*stretches: Stretch, since: datetime | None = None) -> History:
    first = stretches[0].start if stretches else EVER
    return History(first, since or at(1, 1), stretches, (Place("root.", at(1, 1), EVER),))


def months(since: datetime, number: int, day: int = 1, zone: str = "UTC") -> Iterator[Period]:
    for _ in range(number):
        period = billing_period(since, day=day, zone=zone)
        yield period
        since = period.end


def billed(
    known: History | Sequence[History], kind: ChargeKind, periods: Sequence[Period], zone: str = "UTC", day: int = 1
) -> list[tuple[Due, Rated]]:
    """The lines of these periods, one after the other, each by what is known when it is billed."""
    charge = Charge("seat", kind, "Seats", PRICE, UUID(int=2), "seat")
    found: list[tuple[Due, Rated]] = []
    lines: list[ChargedLine] = []
    for index, period in enumerate(periods):
        terms = CycleTerms(
            *(period, period.end, True, zone, day),
            lambda *_: Agreed((charge,), POLICY),
            lambda _: (charge, POLICY),
        )
        told = known if isinstance(known, History) else known[index]
        now = [(one, _rated(one)) for one in due_by_cycle(told, lines, terms)]
        written = (_line(one, period, rated) for one, rated in now)
        lines += sorted(written, key=lambda line: line.kind != LineKind.CREDIT)
        found += now
    return found


def _rated(one: Due) -> Rated:
    if one.kept is None:
        return rate(PRICE, one.quantity, one.share, POLICY, "EUR")
    return credit(PRICE, one.quantity, one.share, one.kept, POLICY, "EUR")


def _line(one: Due, period: Period, rated: Rated) -> ChargedLine:
    given = rated.explanation
    return ChargedLine(
        *(UUID(int=3), one.charge.code, one.offering_id, one.kind, one.service_start, one.service_end, period.start),
        *(one.quantity.numerator, one.charge.version_id, POLICY.name, given.get("kept", given["share"]), True),
    )


def printed(lines: Sequence[tuple[Due, Rated]]) -> list[tuple[str, str, str]]:
    return [
        (f"{one.service_start:%d %b %y}", f"{one.service_end:%d %b %y}", str(rated.amount.amount))
        for one, rated in lines
    ]


def test_a_year_in_advance_is_charged_when_it_begins_and_again_a_year_later() -> None:
    lines = billed(history(seats(2, at(1, 15))), ADVANCE, list(months(at(1, 1), 13)))
    assert printed(lines) == [("15 Jan 26", "15 Jan 27", "19.98"), ("15 Jan 27", "15 Jan 28", "19.98")]


def test_another_quantity_within_the_year_credits_the_rest_and_charges_it_anew() -> None:
    """Of 365 days, 90 have passed on 15 April: 2 × 9.99 × 275/365 is given back, 5 × 9.99 × 275/365 charged."""
    lines = billed(history(seats(2, at(1, 15), at(4, 15)), seats(5, at(4, 15))), ADVANCE, list(months(at(1, 1), 12)))
    assert printed(lines) == [
        ("15 Jan 26", "15 Jan 27", "19.98"),
        ("15 Apr 26", "15 Jan 27", "-15.05"),
        ("15 Apr 26", "15 Jan 27", "37.63"),
    ]


def test_what_changes_within_its_first_billing_period_needs_no_credit() -> None:
    lines = billed(history(seats(2, at(1, 15), at(1, 20)), seats(5, at(1, 20))), ADVANCE, list(months(at(1, 1), 12)))
    assert printed(lines) == [("15 Jan 26", "20 Jan 26", "0.27"), ("20 Jan 26", "15 Jan 27", "49.27")]


def test_a_cancellation_gives_back_what_did_not_last() -> None:
    lines = billed(history(seats(1, at(1, 1), at(7, 1))), ADVANCE, list(months(at(1, 1), 12)))
    assert printed(lines) == [("01 Jan 26", "01 Jan 27", "9.99"), ("01 Jul 26", "01 Jan 27", "-5.04")]
    assert lines[1][1].amount + lines[0][1].amount == rate(PRICE, Quantity(Decimal(1)), _of_year(181), POLICY, "EUR")[0]


def _of_year(days: int) -> object:
    return share(Period(at(1, 1), at(1, 1) + timedelta(days=days)), Period(at(1, 1), at(1, 1, 2027)), "UTC", POLICY)


def test_in_arrears_a_cycle_is_charged_when_it_has_ended_and_a_part_when_that_has() -> None:
    quarters = cycle_of("anniversary/P3M")
    known = history(seats(1, at(1, 15), at(5, 20), quarters), seats(3, at(5, 20), None, quarters))
    assert printed(billed(known, ARREARS, list(months(at(1, 1), 7)))) == [
        ("15 Jan 26", "15 Apr 26", "9.99"),
        ("15 Apr 26", "20 May 26", "3.84"),
        ("20 May 26", "15 Jul 26", "18.44"),
    ]


def test_a_calendar_month_in_arrears_is_not_of_these() -> None:
    assert billed(history(seats(1, at(1, 1), None, MONTHLY)), ARREARS, list(months(at(1, 1), 3))) == []


def test_several_weeks_are_on_one_bill() -> None:
    lines = billed(history(seats(1, at(3, 4), None, cycle_of("P1W"))), ADVANCE, list(months(at(3, 1), 1)))
    assert printed(lines) == [
        ("04 Mar 26", "09 Mar 26", "7.14"),
        *[(f"{day:02} Mar 26", f"{day + 7:02} Mar 26", "9.99") for day in (9, 16)],
        ("23 Mar 26", "30 Mar 26", "9.99"),
        ("30 Mar 26", "06 Apr 26", "9.99"),
    ]


def test_a_trial_does_not_count_and_the_year_begins_when_it_is_paid() -> None:
    tried = Stretch(SEAT, SegmentStatus.TRIAL, Decimal(1), YEARLY, at(1, 1), at(1, 31))
    known = History(at(1, 31), at(1, 1), (tried, seats(1, at(1, 31))), (Place("root.", at(1, 1), EVER),))
    assert printed(billed(known, ADVANCE, list(months(at(1, 1), 3)))) == [("31 Jan 26", "31 Jan 27", "9.99")]


cycles = st.builds(
    Cycle,
    st.integers(1, 5),
    st.sampled_from(CycleUnit),
    st.sampled_from(CycleAnchor),
)
turns = st.lists(st.integers(1, 900), min_size=2, max_size=6, unique=True).map(sorted)


@settings(max_examples=120, deadline=None)
@given(
    cycle=cycles.filter(lambda cycle: cycle != MONTHLY),
    turns=turns,
    quantities=st.lists(st.integers(1, 9), min_size=6, max_size=6),
    hour=st.integers(0, 23),
    day=st.sampled_from([1, 15, 31]),
    kind=st.sampled_from([ADVANCE, ARREARS]),
    lasts=st.booleans(),
)
def test_charges_and_credits_of_a_cycle_add_up_to_what_lasted(
    cycle: Cycle, turns: list[int], quantities: list[int], hour: int, day: int, kind: ChargeKind, lasts: bool
) -> None:
    """Over four years of bills, each stretch is charged in each of its cycles for exactly the days that it had."""
    instants = [at(1, 1) + timedelta(days=turn, hours=hour) for turn in turns]
    ends: list[datetime | None] = [*instants[1:-1], None if lasts else instants[-1]]
    stretches = tuple(
        seats(quantity, start, end, cycle) for start, end, quantity in zip(instants, ends, quantities, strict=False)
    )
    known = history(*stretches)
    periods = list(months(at(1, 1), 48, day, ZONE))
    assert all(earlier.end == later.start for earlier, later in pairwise(periods))
    lines = billed(known, kind, periods, ZONE, day)
    for stretch in stretches:
        of_it = [(one, rated) for one, rated in lines if _belongs(one, stretch)]
        begun = stretch.start
        while begun < (stretch.end or periods[-1].end):
            whole = cycle.at(begun, first=known.first, day=day, zone=ZONE)
            _adds_up([(o, r) for o, r in of_it if whole.contains(o.service_start)], stretch, whole, periods[-1], kind)
            begun = whole.end
    assert all(recompute(stripped(rated.explanation)) == rated.amount.amount for _, rated in lines)


timelines = st.lists(st.tuples(turns, st.lists(st.integers(0, 9), min_size=6, max_size=6)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(
    cycle=cycles.filter(lambda cycle: cycle != MONTHLY),
    told=timelines,
    kind=st.sampled_from([ADVANCE, ARREARS]),
    day=st.sampled_from([1, 15, 31]),
)
def test_however_late_a_change_is_learned_all_lines_add_up_to_what_lasted(
    cycle: Cycle, told: list[tuple[list[int], list[int]]], kind: ChargeKind, day: int
) -> None:
    """Every few months another life of the subscription is learned, back to its beginning; the last one counts.

    A quantity of 0 stands for a stretch that is not in service.
    """
    known = [history(*_stretches(cycle, *timeline)) for timeline in told for _ in range(4)]
    known += [known[-1]] * 30
    periods = list(months(at(1, 1), len(known), day, ZONE))
    lines = billed(known, kind, periods, ZONE, day)
    owed = Decimal(0)
    for stretch in known[-1].stretches:
        begun = stretch.start
        while begun < (stretch.end or periods[-1].end):
            whole = cycle.at(begun, first=known[-1].first, day=day, zone=ZONE)
            start, end = max(stretch.start, whole.start), min(stretch.end or whole.end, whole.end)
            if kind is ADVANCE and end > periods[-1].end:
                end = whole.end
            if start < periods[-1].end if kind is ADVANCE else end <= periods[-1].end:
                lasted = share(Period(start, end), whole, ZONE, POLICY)
                quantity = Quantity(stretch.quantity, unit="seat")
                owed += rate(PRICE, quantity, lasted, POLICY, "EUR").amount.amount
            begun = whole.end
    assert sum((rated.amount.amount for _, rated in lines), Decimal(0)) == owed
    assert all(recompute(stripped(rated.explanation)) == rated.amount.amount for _, rated in lines)


def _stretches(cycle: Cycle, turns: list[int], quantities: list[int]) -> Iterator[Stretch]:
    instants = [at(1, 1) + timedelta(days=turn, hours=7) for turn in turns]
    for (start, end), quantity in zip(pairwise(instants), quantities, strict=False):
        if quantity:
            yield seats(quantity, start, end, cycle)


def test_a_cancellation_that_is_learned_after_the_bill_is_credited_on_the_next_one() -> None:
    """The year was charged in January; in February one learns that it ended on 20 January: 5 of 365 days."""
    lasting, ended = seats(1, at(1, 15)), seats(1, at(1, 15), at(1, 20))
    lines = billed([history(lasting), history(ended), history(ended)], ADVANCE, list(months(at(1, 1), 3)))
    assert printed(lines) == [("15 Jan 26", "15 Jan 27", "9.99"), ("20 Jan 26", "15 Jan 27", "-9.85")]


def test_a_sale_that_is_learned_after_the_bill_is_a_correction_on_the_next_one() -> None:
    sold = history(seats(1, at(1, 15)))
    lines = billed([history(), sold, sold], ADVANCE, list(months(at(1, 1), 3)))
    assert [(one.kind, str(rated.amount.amount)) for one, rated in lines] == [("correction", "9.99")]


def test_another_quantity_from_the_start_is_credited_in_full_and_charged_anew() -> None:
    lines = billed([history(seats(2, at(1, 15))), history(seats(3, at(1, 15)))], ADVANCE, list(months(at(1, 1), 2)))
    assert [(one.kind, str(rated.amount.amount)) for one, rated in lines] == [
        ("original", "19.98"),
        ("correction", "29.97"),
        ("credit", "-19.98"),
    ]


def _belongs(one: Due, stretch: Stretch) -> bool:
    """A charge lies in its stretch; a credit begins where its stretch ended."""
    if one.kept is not None:
        return one.service_start == stretch.end
    return stretch.start <= one.service_start and (stretch.end is None or one.service_start < stretch.end)


def _adds_up(lines: list[tuple[Due, Rated]], stretch: Stretch, whole: Period, last: Period, kind: ChargeKind) -> None:
    start, end = max(stretch.start, whole.start), min(stretch.end or whole.end, whole.end)
    due = start < last.end if kind is ADVANCE else end <= last.end
    if not due:
        assert lines == []
        return
    if end > last.end:
        end = whole.end  # paid in advance, and not over yet
    lasted = share(Period(start, end), whole, ZONE, POLICY)
    once = rate(PRICE, Quantity(stretch.quantity, unit="seat"), lasted, POLICY, "EUR").amount
    assert sum((rated.amount.amount for _, rated in lines), Decimal(0)) == once.amount
    assert sum(one.kept is None for one, _ in lines) == 1


@pytest.mark.parametrize("text", ["P1M", "P14D", "anniversary/P2W", "P3M", "anniversary/P10Y"])
def test_a_cycle_is_read_from_its_text(text: str) -> None:
    assert str(cycle_of(text)) == text


@pytest.mark.parametrize("text", ["", "P0M", "P1H", "P1M ", "P-1M", "P1.5M", "start/P1M", "P1M2D"])
def test_what_is_no_cycle_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no cycle"):
        cycle_of(text)
