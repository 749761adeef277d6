"""Every field of a message has a bound, and what is out of bounds is refused by name before it reaches the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bss.canonical import instant_text
from bss.cycle import MONTHLY
from bss.identifier import uuid7
from sync.batch import MOST_BYTES, MOST_MESSAGES, batch_bytes, read_batch
from sync.desired import AccountDocument, SubscriptionDocument
from sync.link import Side
from sync.message import BadShape, Message, Subject
from sync.observed import AcceptanceDocument, SupplyDocument, UsageDocument

JUNE = "2026-06-01T00:00:00Z"
MONTH = {"length": 1, "unit": "month", "anchor": "calendar"}
SEGMENT: dict[str, Any] = {
    "offering_id": str(UUID(int=1)),
    "status": "active",
    "quantity": "5",
    "characteristics": {"region": "ams"},
    "cycle": MONTH,
    "effective_from": JUNE,
    "effective_to": None,
}
SUBSCRIPTION: dict[str, Any] = {
    "account_pair_id": None,
    "offering_id": str(UUID(int=1)),
    "state": "active",
    "starts_at": JUNE,
    "ends_at": None,
    "activated_at": JUNE,
    "renews_automatically": True,
    "cycle": MONTH,
    "quantity": "5",
    "characteristics": {"region": "ams"},
    "order_reference": "ORD-1",
    "timeline": [SEGMENT],
    "term_months": 12,
    "term_anchor": None,
    "parent_pair_id": None,
    "predecessor_pair_id": None,
}
ACCOUNT = {
    "kind": "customer",
    "name": "Zed",
    "accounting_number": "N-1",
    "email": "ap@z.example",
    "billing_address": "Kade 1\nAmsterdam",
    "parent_pair_id": None,
}
HOUR = {"meter": "vcpu", "resource": "vm", "hour": JUNE, "revision": 1, "quantity": "4", "samples": 1}
ACCEPTANCE = {"desired_version": 1, "refusal": None, "provisioned_at": JUNE, "removed_at": None}
PRICES = {"code": "a", "name": "A", "currency": "EUR", "meters": [], "versions": []}
SUPPLY = {"zone": "Europe/Amsterdam", "policy": "standard", "billing_day": 1, "prices": PRICES}


def nested(levels: int) -> dict[str, Any]:
    """An object in an object, that many levels in all."""
    found: dict[str, Any] = {}
    for _ in range(levels - 1):
        found = {"a": found}
    return found


QUANTITIES = ["NaN", "sNaN", "Infinity", "-1", "0", "1000000001", "1E+999999", "0.0000000001", 5, None, "many"]
BEFORE, AFTER = "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"
CHARACTERISTICS = [nested(9), {"a": "x" * 17_000}, {"a": "b\x00"}, {"b\x00": "a"}, {"a": 0.5}, {"a": "\ud800"}, []]
OF_BOTH = [
    *[{"quantity": quantity} for quantity in QUANTITIES],
    *[{"characteristics": found} for found in CHARACTERISTICS],
    *[{"cycle": {**MONTH, "length": length}} for length in (0, -1, 121, 2**40, "1", True)],
    *[{"cycle": found} for found in (1, "P1M", {"length": 1}, {**MONTH, "unit": "hour"}, {**MONTH, "anchor": ""})],
]
OF_A_SEGMENT = [
    {"status": "trial"},
    {"effective_to": JUNE},
    *[{"effective_from": at} for at in (BEFORE, "0001-01-01T00:00:00+14:00", 5, "2026-06-01")],
    {"effective_to": AFTER},
]
OF_A_SUBSCRIPTION = [
    *[{"starts_at": at} for at in (BEFORE, AFTER, "0001-01-01T00:00:00+14:00", 5)],
    {"ends_at": AFTER},
    {"activated_at": BEFORE},
    {"renews_automatically": "no"},
    {"order_reference": "x" * 201},
    {"order_reference": "a\u202eb"},
    {"state": "broken"},
    {"offering_id": 7},
    *[{"term_months": months} for months in (0, 1201, "1")],
    {"term_anchor": "noon"},
    {"parent_pair_id": "a pair"},
    {"predecessor_pair_id": 7},
    {"timeline": {}},
    {"timeline": [SEGMENT, SEGMENT]},
]


@pytest.mark.parametrize("change", OF_BOTH + OF_A_SUBSCRIPTION, ids=str)
def test_a_subscription_out_of_bounds_is_no_subscription(change: Mapping[str, Any]) -> None:
    with pytest.raises(BadShape):
        SubscriptionDocument.read({**SUBSCRIPTION, **change})


@pytest.mark.parametrize("change", OF_BOTH + OF_A_SEGMENT, ids=str)
def test_a_segment_is_bounded_as_the_subscription_is(change: Mapping[str, Any]) -> None:
    with pytest.raises(BadShape):
        SubscriptionDocument.read({**SUBSCRIPTION, "timeline": [{**SEGMENT, **change}]})


@pytest.mark.parametrize("change", [{}, {"quantity": "1000000000"}, {"characteristics": nested(8)}], ids=str)
def test_what_is_just_in_bounds_is_read(change: Mapping[str, Any]) -> None:
    stated = {**SUBSCRIPTION, **change, "timeline": [{**SEGMENT, **change}]}
    assert SubscriptionDocument.read(stated).timeline[0].cycle == MONTHLY


@pytest.mark.parametrize(("count", "readable"), [(500, True), (501, False)])
def test_a_timeline_has_at_most_five_hundred_segments(count: int, readable: bool) -> None:
    days = [datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day) for day in range(count + 1)]
    stretches = [
        {**SEGMENT, "effective_from": instant_text(day), "effective_to": instant_text(day + timedelta(days=1))}
        for day in days[:-1]
    ]
    data = {**SUBSCRIPTION, "timeline": stretches}
    if readable:
        assert len(SubscriptionDocument.read(data).timeline) == 500
    else:
        with pytest.raises(BadShape, match="at most 500 segments"):
            SubscriptionDocument.read(data)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 201},
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"name": 7},
        {"email": "x" * 255},
        {"accounting_number": "1" * 61},
        {"billing_address": "\n".join(["Kade"] * 11)},
        {"billing_address": "x" * 101},
        {"billing_address": "a\x00b"},
        {"kind": "king"},
        {"parent_pair_id": 7},
    ],
    ids=str,
)
def test_an_account_out_of_bounds_is_no_account(change: Mapping[str, Any]) -> None:
    assert AccountDocument.read(ACCOUNT).name == "Zed"
    with pytest.raises(BadShape):
        AccountDocument.read({**ACCOUNT, **change})


@pytest.mark.parametrize(
    "change",
    [
        *[{"quantity": found} for found in ("NaN", "-1", "Infinity", "1E+29", "0.0000000001", 4)],
        *[{"revision": found} for found in (0, -1, 2**62, 1.5)],
        {"samples": -1},
        {"samples": 2**62},
        {"hour": BEFORE},
        {"hour": AFTER},
        {"resource": "x" * 201},
        {"meter": "a\x00b"},
    ],
    ids=str,
)
def test_an_hour_out_of_bounds_is_no_usage(change: Mapping[str, Any]) -> None:
    assert UsageDocument.read({"records": [HOUR]}).records[0].quantity == 4
    with pytest.raises(BadShape):
        UsageDocument.read({"records": [{**HOUR, **change}]})


@pytest.mark.parametrize(
    ("read", "good", "change"),
    [
        (AcceptanceDocument.read, ACCEPTANCE, {"desired_version": 2**62}),
        (AcceptanceDocument.read, ACCEPTANCE, {"desired_version": 0}),
        (AcceptanceDocument.read, ACCEPTANCE, {"provisioned_at": AFTER}),
        (AcceptanceDocument.read, ACCEPTANCE, {"refusal": 7}),
        (SupplyDocument.read, SUPPLY, {"zone": "Mars/Olympus"}),
        (SupplyDocument.read, SUPPLY, {"policy": "generous"}),
        (SupplyDocument.read, SUPPLY, {"billing_day": 32}),
        (SupplyDocument.read, SUPPLY, {"prices": {**PRICES, "currency": "EUX"}}),
        (SupplyDocument.read, SUPPLY, {"prices": {**PRICES, "name": "a\x00"}}),
        (SupplyDocument.read, SUPPLY, {"prices": {**PRICES, "versions": [{"number": 2**31}]}}),
    ],
)
def test_an_answer_and_terms_out_of_bounds_are_refused(
    read: Callable[[Mapping[str, Any]], object], good: dict[str, Any], change: dict[str, Any]
) -> None:
    assert read(good)
    with pytest.raises(BadShape):
        read({**good, **change})


def test_a_reason_is_made_fit_to_be_shown_rather_than_refused() -> None:
    read = AcceptanceDocument.read({**ACCEPTANCE, "refusal": "no\x00 price " + "x" * 3000})
    assert read.refusal is not None
    assert (read.refusal[:9], len(read.refusal)) == ("no  price", 2000)


def message(sequence: int = 1, data: Mapping[str, Any] | None = None) -> Message:
    return Message(LINK, Side.RESELLER, 1, sequence, Subject.ACCOUNT, UUID(int=5), 1, data or ACCOUNT)


LINK = uuid7()


def test_a_batch_is_bounded_in_bytes_and_in_messages() -> None:
    most = [message(sequence) for sequence in range(1, MOST_MESSAGES + 1)]
    assert len(read_batch(batch_bytes(LINK, Side.RESELLER, most), LINK, Side.RESELLER)) == 1000
    with pytest.raises(BadShape, match="at most 1000 messages"):
        read_batch(batch_bytes(LINK, Side.RESELLER, [*most, message(1001)]), LINK, Side.RESELLER)
    with pytest.raises(BadShape, match="at most 8000000 bytes"):
        read_batch(b" " * (MOST_BYTES + 1), LINK, Side.RESELLER)


def test_data_that_go_too_deep_are_neither_sent_nor_read() -> None:
    good = batch_bytes(LINK, Side.RESELLER, [message(data={"a": nested(20)})])
    assert len(read_batch(good, LINK, Side.RESELLER)) == 1
    with pytest.raises(BadShape, match="32 levels"):
        batch_bytes(LINK, Side.RESELLER, [message(data={"a": nested(400)})])
    shallow, deep = b'{"a":{"a":{}}}', b'{"a":' * 600 + b"{}" + b"}" * 600
    body = batch_bytes(LINK, Side.RESELLER, [message(data={"a": nested(3)})]).replace(shallow, deep)
    with pytest.raises(BadShape, match="32 levels"):
        read_batch(body, LINK, Side.RESELLER)


def test_numbers_that_no_column_holds_are_refused() -> None:
    body = batch_bytes(LINK, Side.RESELLER, [message(2**62)])
    with pytest.raises(BadShape):
        read_batch(body, LINK, Side.RESELLER)
