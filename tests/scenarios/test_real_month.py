"""A real month of fifty virtual machines, billed on two edges, against exact fractions straight from the file."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bss.invoicing import queries
from bss.metering.queries import totals
from bss.tariff.explain import stripped
from bss.tariff.recompute import recompute
from bss.transaction.database import Database
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.demo.real_month import RETAIL, WHOLESALE, RealMonth, Sheet, live_real_month, machines_of
from tests.april import BlankPaper

FILE = Path(__file__).parents[3] / "shared" / "data" / "bitbrains_cpu_samples.csv.gz"
HOUR = 3_600_000

Hours = dict[str, dict[str, Fraction]]


def hours_in_file() -> Hours:
    """VM-hours, vCPU-hours and GHz-hours by machine, in exact fractions."""
    found: Hours = defaultdict(lambda: defaultdict(Fraction))
    with gzip.open(FILE, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            hours = Fraction(int(row["duration_ms"]), HOUR)
            of = found[row["vm_id"]]
            of["vm_hours"] += hours
            of["vcpu_hours"] += hours * int(row["cpu_count"])
            of["ghz_hours"] += hours * Fraction(row["cpu_usage_mhz"]) / 1000
    return found


def cents(exact: Fraction) -> Decimal:
    """Half-up to the cent, in integers."""
    return Decimal((exact * 200 + 1) // 2) / 100


def expected(sheet: Sheet, hours: dict[str, Fraction]) -> dict[str, Decimal]:
    """What the sheet makes of a machine's hours: the first hundred vCPU-hours, the rest; each GHz-hour."""
    vcpu = hours["vcpu_hours"]
    first = min(vcpu, Fraction(100))
    return {
        "vcpu": cents(first * Fraction(sheet.first) + (vcpu - first) * Fraction(sheet.then)),
        "ghz": cents(hours["ghz_hours"] * Fraction(sheet.ghz)),
    }


@pytest.mark.skipif(not FILE.exists(), reason="the month of virtual machines is not here")
async def test_every_line_of_a_real_month_equals_exact_fractions_from_the_file(database: Database) -> None:
    month = await live_real_month(database, BlankPaper(), FILE, None, lambda _: None)
    hours = hours_in_file()
    for viewer, sheet in ((month.sides.cloud, WHOLESALE), (month.sides.resell, RETAIL)):
        machines = await machines_of(viewer)
        assert set(machines) == set(hours)
        billed = await _billed(viewer, month, machines)
        assert billed == {name: expected(sheet, hours[name]) for name in hours}
        counted = await totals(viewer, machines.values(), month.period)
        for code, sum_of_file in (("vm_hours", "33631.3394"), ("vcpu_hours", "127682.3267")):
            whole = sum(Fraction(counted[each][code].quantity) for each in machines.values()) / HOUR
            assert f"{Decimal(whole.numerator) / whole.denominator:.4f}" == sum_of_file


async def _billed(viewer: Viewer, month: RealMonth, machines: dict[str, object]) -> dict[str, dict[str, Decimal]]:
    """The amounts on the viewer's one invoice, by machine and charge, each recomputed from its explanation."""
    (invoice,) = (await queries.page(viewer, PageRequest())).rows
    names = {identifier: name for name, identifier in machines.items()}
    lines = (await queries.lines(viewer, [invoice.id]))[invoice.id]
    explanations = await queries.explanations(viewer, [line.id for line in lines])
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for line in lines:
        assert recompute(stripped(explanations[line.id])) == line.amount
        found[names[line.subscription_id]][line.charge] = line.amount
    assert len(lines) == 2 * len(machines) == 100
    assert invoice.total == sum(line.amount for line in lines)
    return found
