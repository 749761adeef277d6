"""Usage as a customer, a reseller and the provider see it: by hour, day and month, by resource, and what is missing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bss.transaction.database import Database
from tests.schema.books import Books
from tests.schema.rows import write_rows

NINTH = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
POINTS = "points { startsAt endsAt quantity { value } }"
SERIES = (
    "query($from: DateTime!, $to: DateTime!, $account: ID, $subscription: ID, $by: UsageStep!, $zone: String,"
    " $resources: Boolean = false) { usageSeries(from: $from, to: $to, accountId: $account, subscriptionId:"
    " $subscription, by: $by, zone: $zone, byResource: $resources) { zone freshAsOf completeUntil gaps series"
    f" {{ meter resource subscriptionId total {{ exact value unit divisor }} {POINTS} }} }} }}"
)
MONTH = (
    "query($account: ID!, $month: String, $zone: String) { usageMonth(accountId: $account, month: $month, zone: $zone)"
    " { startsAt endsAt freshAsOf completeUntil gaps subscriptions { subscription { id name account { name } } meters"
    " { meter total { value } days { startsAt quantity { value } } resources { resource quantity { value } } } } } }"
)
GAPS = (
    "query($subscription: ID!, $from: DateTime!, $to: DateTime!) { usageGaps(subscriptionId: $subscription, from:"
    " $from, to: $to) { freshAsOf gaps { meter startsAt endsAt hours } sources { meter source firstHour"
    " lastSampleAt } } }"
)


async def use(books: Books, owner: str, start: str, hours: int, vcpus: str, resource: str = "vm-1") -> None:
    """So many vCPUs for whole hours from a moment on, by the hypervisor's report."""
    begins = datetime.fromisoformat(start)
    reading = {
        "eventId": f"{owner} {resource} {start}",
        "subscriptionId": books.ids[f"of {owner}"],
        "meter": "vcpu_hours",
        "resource": resource,
        "startsAt": begins.isoformat(),
        "endsAt": (begins + timedelta(hours=hours)).isoformat(),
        "value": vcpus,
    }
    await books.make("recordUsage", {"source": "hypervisor", "readings": [reading]})


async def asked(books: Books, document: str = SERIES, **variables: Any) -> dict[str, Any]:
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "by": "DAY"}
    (found,) = (await books.data(document, **{**(window if document == SERIES else {}), **variables})).values()
    return dict(found)


def totals(found: dict[str, Any]) -> dict[tuple[str | None, ...], str]:
    return {(each["meter"], each["resource"]): each["total"]["value"] for each in found["series"]}


@pytest.fixture
async def used(books: Books) -> Books:
    """X: 2 vCPUs for 24 hours from 3 January, 23:00 in Amsterdam, and 4 for an hour on another machine; Z: 1 for 6."""
    await use(books, "x", "2026-01-03T22:00:00+00:00", 24, "2")
    await use(books, "x", "2026-01-04T10:00:00+00:00", 1, "4", "vm-2")
    await use(books, "z", "2026-01-05T00:00:00+00:00", 6, "1")
    books.clock.move_to(NINTH)
    return books


async def test_a_node_uses_what_its_leaves_use(used: Books) -> None:
    """X 48 + 4, Z 6: Lite sees X's 52, the provider 58, and Y nothing."""
    found = {name: await asked(used, account=used.ids[name]) for name in ("root", "lite", "x", "y", "z")}
    values = {name: [each["total"]["value"] for each in answer["series"]] for name, answer in found.items()}
    assert values == {"root": ["58"], "lite": ["52"], "x": ["52"], "y": [], "z": ["6"]}
    assert found["x"]["series"][0]["total"] == {
        "exact": "187200000",
        "value": "52",
        "unit": "vCPU-hour",
        "divisor": 3600000,
    }
    assert totals(await asked(used, subscription=used.ids["of x"])) == {("vcpu_hours", None): "52"}
    assert totals(await asked(used)) == {("vcpu_hours", None): "58"}


async def test_days_begin_at_midnight_in_the_zone_and_hours_are_utc(used: Books) -> None:
    """22:00 UTC is the last hour of the 3rd in Amsterdam: 2 vCPU-hours there, and 46 + 4 on the 4th."""
    (series,) = (await asked(used, account=used.ids["x"]))["series"]
    assert [(each["startsAt"], each["quantity"]["value"]) for each in series["points"]] == [
        ("2026-01-02T23:00:00Z", "2"),
        ("2026-01-03T23:00:00Z", "50"),
    ]
    (series,) = (await asked(used, account=used.ids["x"], zone="UTC"))["series"]
    assert [each["quantity"]["value"] for each in series["points"]] == ["4", "48"]
    window = {"from": "2026-01-04T09:30:00Z", "to": "2026-01-04T11:30:00Z"}
    (series,) = (await asked(used, account=used.ids["x"], by="HOUR", **window))["series"]
    assert series["points"] == [
        {"startsAt": "2026-01-04T10:00:00Z", "endsAt": "2026-01-04T11:00:00Z", "quantity": {"value": "6"}},
        {"startsAt": "2026-01-04T11:00:00Z", "endsAt": "2026-01-04T11:30:00Z", "quantity": {"value": "2"}},
    ]
    (series,) = (await asked(used, account=used.ids["x"], by="MONTH"))["series"]
    assert [(each["startsAt"], each["endsAt"]) for each in series["points"]] == [
        ("2026-01-01T00:00:00Z", "2026-01-31T23:00:00Z")
    ]


async def test_by_resource_each_machine_has_a_series(used: Books) -> None:
    found = await asked(used, account=used.ids["root"], resources=True, by="MONTH")
    assert [(e["subscriptionId"], e["resource"], e["total"]["value"]) for e in found["series"]] == [
        (used.ids["of x"], "vm-1", "48"),
        (used.ids["of x"], "vm-2", "4"),
        (used.ids["of z"], "vm-1", "6"),
    ]


async def test_a_bad_question_is_refused_where_it_is_bad(books: Books) -> None:
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "by": "DAY"}
    for variables, path in (
        ({"to": "2026-01-01T00:00:00Z"}, "to"),
        ({"to": "2026-02-12T00:00:00Z", "by": "HOUR"}, "to"),
        ({"from": "1990-01-01T00:00:00Z"}, "to"),
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"account": "sub_00000000000000000000000000"}, "accountId"),
        ({"account": "acc_00000000000000000000000000"}, "accountId"),
        ({"subscription": "sub_00000000000000000000000000"}, "subscriptionId"),
        ({"account": books.ids["x"], "subscription": books.ids["of x"]}, "subscriptionId"),
    ):
        body = await books.ask(SERIES, **{**window, **variables})
        assert [error["extensions"]["input"] for error in body["errors"]] == [[path]]
    for month, zone, path in (("2026-13", None, "month"), ("x", None, "month"), ("2026-01", "X", "zone")):
        body = await books.ask(MONTH, account=books.root, month=month, zone=zone)
        assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": [path]}
    long = {"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    body = await books.ask(GAPS, subscription=books.ids["of x"], **long)
    assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": ["to"]}


async def test_a_thousand_hours_are_answered_and_one_more_is_not(books: Books) -> None:
    window = {"from": "2026-01-01T00:00:00Z", "by": "HOUR"}
    assert (await asked(books, **window, to="2026-02-11T16:00:00Z"))["series"] == []
    body = await books.ask(SERIES, **window, to="2026-02-11T17:00:00Z")
    assert "1,000 buckets" in body["errors"][0]["message"]


async def test_a_month_is_one_request_from_the_account_to_the_resource(used: Books) -> None:
    found = await asked(used, MONTH, account=used.ids["root"], month="2026-01")
    assert (found["startsAt"], found["endsAt"]) == ("2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z")
    of_x, of_z = found["subscriptions"]
    assert of_x["subscription"] == {"id": used.ids["of x"], "name": "Office seats", "account": {"name": "X"}}
    assert of_x["meters"] == [
        {
            "meter": "vcpu_hours",
            "total": {"value": "52"},
            "days": [
                {"startsAt": "2026-01-02T23:00:00Z", "quantity": {"value": "2"}},
                {"startsAt": "2026-01-03T23:00:00Z", "quantity": {"value": "50"}},
            ],
            "resources": [
                {"resource": "vm-1", "quantity": {"value": "48"}},
                {"resource": "vm-2", "quantity": {"value": "4"}},
            ],
        }
    ]
    assert of_z["meters"][0]["total"] == {"value": "6"}
    assert await asked(used, MONTH, account=used.ids["root"]) == found, "the present month, when nothing is said"
    february = await asked(used, MONTH, account=used.ids["root"], month="2026-02", zone="UTC")
    assert (february["endsAt"], february["subscriptions"]) == ("2026-03-01T00:00:00Z", [])


async def test_when_a_collector_stops_the_gap_is_told_to_the_hour(books: Books) -> None:
    """Samples 10:00 to 12:00 and 14:00 to 15:00; at 17:30 the hours of 12, 13, 15 and 16 are missing."""
    await use(books, "x", "2026-01-05T10:00:00+00:00", 2, "1")
    await use(books, "x", "2026-01-05T14:00:00+00:00", 1, "1", "vm-2")
    books.clock.move_to(datetime(2026, 1, 5, 17, 30, tzinfo=UTC))
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
    found = await asked(books, GAPS, subscription=books.ids["of x"], **window)
    assert [(each["startsAt"], each["endsAt"], each["hours"]) for each in found["gaps"]] == [
        ("2026-01-05T12:00:00Z", "2026-01-05T14:00:00Z", 2),
        ("2026-01-05T15:00:00Z", "2026-01-05T17:00:00Z", 2),
    ]
    assert found["sources"] == [
        {
            "meter": "vcpu_hours",
            "source": "hypervisor",
            "firstHour": "2026-01-05T10:00:00Z",
            "lastSampleAt": "2026-01-05T15:00:00Z",
        }
    ]
    for name in ("root", "lite", "x"):
        stamped = await asked(books, account=books.ids[name])
        assert (stamped["freshAsOf"], stamped["completeUntil"], stamped["gaps"]) == (
            "2026-01-05T15:00:00Z",
            "2026-01-05T12:00:00Z",
            4,
        )
    of_z = await asked(books, subscription=books.ids["of z"])
    assert (of_z["freshAsOf"], of_z["completeUntil"], of_z["gaps"]) == (None, None, 0)


async def test_nothing_is_missing_before_the_first_sample_and_after_the_end_of_the_service(books: Books) -> None:
    await use(books, "x", "2026-01-05T10:00:00+00:00", 2, "1")
    books.clock.move_to(datetime(2026, 1, 5, 13, 20, tzinfo=UTC))
    await books.make("cancelSubscription", {"subscriptionId": books.ids["of x"]})
    books.clock.move_to(NINTH)
    found = await asked(books, account=books.ids["x"])
    assert (found["gaps"], found["completeUntil"]) == (1, "2026-01-05T12:00:00Z")
    early = await asked(books, account=books.ids["x"], to="2026-01-05T12:00:00Z")
    assert (early["gaps"], early["completeUntil"]) == (0, "2026-01-05T12:00:00Z")


async def test_what_only_counts_has_no_gaps(books: Books) -> None:
    await books.make("createMeter", {"code": "egress", "name": "Egress", "unit": "GB", "kind": "SUM"})
    one = {"eventId": "1", "subscriptionId": books.ids["of x"], "meter": "egress", "value": "3"}
    readings = [{**one, "startsAt": "2026-01-05T10:20:00Z"}]
    await books.make("recordUsage", {"source": "router", "readings": readings})
    books.clock.move_to(NINTH)
    found = await asked(books, account=books.ids["x"])
    assert (found["gaps"], found["completeUntil"], found["freshAsOf"]) == (0, None, "2026-01-05T10:20:00Z")
    assert totals(found) == {("egress", None): "3"}


async def test_x_sees_the_usage_of_x_alone(used: Books) -> None:
    x = used.as_role("billing_viewer", "x")
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "by": "MONTH"}
    found = (await used.data(SERIES, viewer=x, **window))["usageSeries"]
    assert totals(found) == {("vcpu_hours", None): "52"}
    for document, variables in (
        (SERIES, {**window, "account": used.ids["z"]}),
        (SERIES, {**window, "subscription": used.ids["of z"]}),
        (MONTH, {"account": used.ids["lite"]}),
        (GAPS, {"subscription": used.ids["of z"], "from": window["from"], "to": window["to"]}),
    ):
        body = await used.ask(document, viewer=x, **variables)
        assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND", document


@pytest.mark.parametrize("document", [SERIES, MONTH])
async def test_the_number_of_statements_does_not_grow(database: Database, used: Books, document: str) -> None:
    window = {"from": "2025-12-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "by": "DAY", "resources": True}
    variables = {"account": used.root, **(window if document == SERIES else {"zone": "UTC", "month": "2026-01"})}
    counts = []
    for more in (0, 200):
        if more:
            await write_rows(used, more)
        seen: list[str] = []
        database.observer = seen.append
        (found,) = (await used.data(document, **variables)).values()
        database.observer = None
        counts.append((len(found["series" if document == SERIES else "subscriptions"]), Counter(seen)))
    assert counts[1][0] == counts[0][0] + 200
    assert counts[0][1] == counts[1][1]
