"""An hour that was measured wrongly is put right, with its reason, until its period is closed; a person may read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bss.metering.queries import differences
from bss.period import Period
from bss.transaction.begin import begin
from bss.transaction.database import Database
from server.examination import Finding, examine
from tests.schema.books import OPENED, Books
from tests.schema.test_usage import asked, totals, use

HOUR = 3_600_000
SHOWN = "... on UsageCorrection { before quantity revision reason hour }"
JANUARY = Period(OPENED, OPENED + timedelta(days=31))


async def counted(books: Books) -> Finding:
    (found,) = [each for each in await examine() if "counted usage and its corrections" in each.subject]
    return found


def tenth(books: Books, **changed: Any) -> dict[str, Any]:
    """X's machine used 3 vCPU-hours in the hour of ten."""
    given = {
        "subscriptionId": books.ids["of x"],
        "meter": "vcpu_hours",
        "resource": "vm-1",
        "hour": "2026-01-05T10:00:00Z",
        "quantity": str(3 * HOUR),
        "reason": "The hypervisor counted a removed core.",
    }
    return {**given, **changed}


async def test_a_corrected_hour_counts_and_the_readings_stay(database: Database, books: Books) -> None:
    """4 vCPUs from ten to twelve; the first hour was 3: 7 in all, and a late reading of 1 makes it 8."""
    await use(books, "x", "2026-01-05T10:00:00+00:00", 2, "4")
    books.clock.move_to(datetime(2026, 1, 9, tzinfo=UTC))
    made = await books.make("correctUsage", tenth(books, expectedRevision=1), show=SHOWN)
    assert (made["before"], made["quantity"], made["revision"]) == (str(4 * HOUR), str(3 * HOUR), 2)
    assert totals(await asked(books, account=books.root)) == {("vcpu_hours", None): "7"}
    late = {"eventId": "late", "subscriptionId": books.ids["of x"], "meter": "vcpu_hours", "resource": "vm-1"}
    times = {"startsAt": "2026-01-05T10:00:00Z", "endsAt": "2026-01-05T11:00:00Z", "value": "1"}
    await books.make("recordUsage", {"source": "hypervisor", "readings": [{**late, **times}]})
    assert totals(await asked(books, account=books.root)) == {("vcpu_hours", None): "8"}
    assert await differences(books.staff, JANUARY) == ()
    assert (await counted(books)).good
    listed = await books.data(
        "{ usageCorrections { edges { node { reason hour } } } }", viewer=books.as_role("billing_viewer", "x")
    )
    assert listed["usageCorrections"]["edges"] == [
        {"node": {"reason": "The hypervisor counted a removed core.", "hour": "2026-01-05T10:00:00Z"}}
    ]


async def test_an_hour_that_nobody_measured_can_be_said(books: Books) -> None:
    books.clock.move_to(datetime(2026, 1, 9, tzinfo=UTC))
    made = await books.make("correctUsage", tenth(books, expectedRevision=0), show=SHOWN)
    assert (made["before"], made["revision"]) == ("0", 1)
    assert totals(await asked(books, account=books.ids["x"])) == {("vcpu_hours", None): "3"}
    assert (await counted(books)).good


async def test_the_doctor_finds_an_hour_that_neither_readings_nor_corrections_explain(
    database: Database, books: Books
) -> None:
    await use(books, "x", "2026-01-05T10:00:00+00:00", 1, "4")
    books.clock.move_to(datetime(2026, 1, 9, tzinfo=UTC))
    await books.make("correctUsage", tenth(books))
    async with begin(books.staff) as tx:
        await tx.connection.execute("UPDATE usage_hour SET quantity = quantity + 1")
    found = await counted(books)
    assert not found.good
    (difference,) = await differences(books.staff, JANUARY)
    assert (difference.recorded, difference.rolled_up) == (3 * HOUR, 3 * HOUR + 1)


async def test_a_closed_period_does_not_change(billed: Books) -> None:
    """January is billed on both edges; the first hour of February is open."""
    closed = await billed.call("correctUsage", tenth(billed))
    assert (closed["__typename"], closed["path"]) == ("PeriodClosed", ["hour"])
    assert "2025-12-31 23:00Z to 2026-01-31 23:00Z is closed" in closed["message"]
    last = await billed.call("correctUsage", tenth(billed, hour="2026-01-31T22:00:00Z"))
    assert last["code"] == "PERIOD_CLOSED"
    await billed.make("correctUsage", tenth(billed, hour="2026-01-31T23:00:00Z"))


async def test_while_a_run_closes_the_period_a_correction_waits(books: Books) -> None:
    """It would be rated without it."""
    books.clock.move_to(datetime(2026, 2, 2, tzinfo=UTC))
    await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"})
    refused = await books.call("correctUsage", tenth(books))
    assert (refused["code"], refused["path"]) == ("CONFLICT", ["hour"])


async def test_a_correction_that_is_none_is_refused_with_every_problem(books: Books) -> None:
    books.clock.move_to(datetime(2026, 1, 9, tzinfo=UTC))
    wrong = tenth(
        books, meter="x", resource="a\nb", hour="2026-01-05T10:30:00Z", quantity="-1", reason=" ", expectedRevision=7
    )
    refused = await books.call("correctUsage", wrong)
    paths = [problem["path"] for problem in refused["problems"]]
    assert paths == [["meter"], ["resource"], ["hour"], ["quantity"], ["reason"]]
    for changed, code, path in (
        ({"hour": "2026-01-09T01:00:00Z"}, "INVALID_INPUT", "hour"),
        ({"quantity": "0.0000000001"}, "INVALID_INPUT", "quantity"),
        ({"quantity": "0"}, "INVALID_INPUT", "quantity"),
        ({"expectedRevision": 7}, "CONFLICT", "expectedRevision"),
        ({"subscriptionId": "sub_00000000000000000000000000"}, "NOT_FOUND", "subscriptionId"),
        ({"subscriptionId": "x"}, "INVALID_INPUT", "subscriptionId"),
    ):
        refused = await books.call("correctUsage", tenth(books, **changed))
        assert (refused["code"], refused["path"]) == (code, [path]), changed
    partner = await books.call("correctUsage", tenth(books), viewer=books.as_role("owner", "lite"))
    assert partner["code"] == "PERMISSION_DENIED", "what Lite's owner corrected, Cloud would bill"


async def test_a_person_reads_a_meter_and_says_how_it_is_known(books: Books) -> None:
    """A collector was down from noon to two; the hypervisor's own page showed 2 vCPUs."""
    books.clock.move_to(datetime(2026, 1, 9, tzinfo=UTC))
    given = {
        "subscriptionId": books.ids["of x"],
        "meter": "vcpu_hours",
        "resource": "vm-1",
        "startsAt": "2026-01-05T12:00:00Z",
        "endsAt": "2026-01-05T14:00:00Z",
        "value": "2",
        "note": "Read by Ann while the collector was down.",
        "evidence": "ticket 4711, screenshot 2",
    }
    made = await books.make("recordReading", given, show="... on ManualReading { value note evidence recordedAt }")
    assert (made["value"], made["evidence"]) == ("2", "ticket 4711, screenshot 2")
    assert totals(await asked(books, account=books.ids["x"])) == {("vcpu_hours", None): "4"}
    node = await books.data(f'{{ node(id: "{made["id"]}") {{ ... on ManualReading {{ note }} }} }}')
    assert node["node"] == {"note": "Read by Ann while the collector was down."}
    assert (await counted(books)).good
    refused = await books.call(
        "recordReading", {**given, "note": "", "evidence": " ", "endsAt": "2026-01-10T00:00:00Z"}
    )
    assert [problem["path"] for problem in refused["problems"]] == [["note"], ["evidence"], ["endsAt"]]
    for changed, path in (
        ({"meter": "x"}, "meter"),
        ({"value": "-1"}, "value"),
        ({"endsAt": given["startsAt"]}, "endsAt"),
    ):
        refused = await books.call("recordReading", {**given, **changed})
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", [path])
    unknown = await books.call("recordReading", {**given, "subscriptionId": "sub_00000000000000000000000000"})
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["subscriptionId"])
