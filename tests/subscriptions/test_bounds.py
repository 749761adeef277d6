"""What people may write about a subscription or an account, how large, and how far back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError

from bss.cycle import MONTHLY
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.permission import Permission
from bss.refusal import InvalidInput, PermissionDenied
from bss.role import STANDARD, standard_with
from bss.subscriptions import queries
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import Segment, SegmentStatus, Timeline
from bss.subscriptions.write_timeline import write_timeline
from bss.text import text_problems
from bss.transaction.begin import begin
from schema.scalars import Instant, unstorable
from tests.subscriptions.books import Books, june


@pytest.mark.parametrize(
    ("value", "most", "lines", "sound"),
    [
        ("Zed", 3, 1, True),
        ("Zed!", 3, 1, False),
        ("a\nb", 3, 1, False),
        ("a\nb", 3, 2, True),
        ("a\nb\nc", 3, 2, False),
        ("a\r\nb", 3, 2, False),
        ("a\tb", 3, 1, False),
        ("a\u202eb", 3, 1, False),
        ("a\u2028b", 3, 1, False),
        ("\ud800", 3, 1, False),
        ("Łé漢", 3, 1, True),
    ],
)
def test_a_text_has_a_length_and_shows_what_it_holds(value: str, most: int, lines: int, sound: bool) -> None:
    assert (text_problems("name", value, most, lines) == ()) is sound


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"email": f"a@{'b' * 253}"}, "email"),
        ({"accounting_number": "1" * 61}, "accountingNumber"),
        ({"billing_address": "\n".join(["Kade"] * 11)}, "billingAddress"),
        ({"billing_address": "x" * 101}, "billingAddress"),
    ],
)
async def test_an_account_that_cannot_be_printed_is_refused(books: Books, texts: dict[str, Any], path: str) -> None:
    request = replace(CreateAccount(books.root_id, AccountKind.CUSTOMER, "Good"), **texts)
    with pytest.raises(InvalidInput) as refused:
        await create_account(books.viewer, request, now=june(1))
    assert refused.value.path == (path,)


async def test_a_tree_of_accounts_is_at_most_sixteen_deep(books: Books) -> None:
    """Below the root, which is the first, fifteen more can stand."""
    parent = books.root_id
    for depth in range(2, 17):
        request = CreateAccount(parent, AccountKind.LITE_RESELLER, f"Lite {depth}")
        parent = (await create_account(books.viewer, request, now=june(1))).object_id
    with pytest.raises(InvalidInput, match="at most 16 deep"):
        await create_account(books.viewer, CreateAccount(parent, AccountKind.CUSTOMER, "Deep"), now=june(1))


def nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels - 1):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "found", [nested(9), nested(5000), {"a": "x" * 16_384}, {"a": ["b\x00"]}, {"\x00": 1}, {"a": 0.5}, {"a": 2**64}]
)
def test_characteristics_that_cannot_be_sent_on_are_refused(found: dict[str, Any]) -> None:
    [problem] = characteristics_problems(found)
    assert problem.path == ("characteristics",)


def test_characteristics_may_have_eight_levels_and_sixteen_kilobytes() -> None:
    """An object with one key of one letter takes eight bytes around its text."""
    assert characteristics_problems(nested(8)) == ()
    assert characteristics_problems({"a": "x" * (16_384 - 8)}) == ()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x07b"}, "name"),
        ({"order_reference": "x" * 201}, "orderReference"),
        ({"characteristics": nested(9)}, "characteristics"),
        ({"quantity": Decimal(10**9 + 1)}, "quantity"),
    ],
)
async def test_a_sale_out_of_bounds_is_refused(books: Books, change: dict[str, Any], path: str) -> None:
    request = replace(CreateSubscription(books.customer_id, books.offering_id, Decimal(1)), **change)
    with pytest.raises(InvalidInput) as refused:
        await create_subscription(books.viewer, request, now=june(1))
    assert refused.value.path == (path,)


def test_who_may_rewrite_the_past() -> None:
    having = set(standard_with(Permission.SUBSCRIPTION_BACKDATE))
    assert having == {"owner", "admin", "operations"}


async def test_a_partner_cannot_rewrite_the_past_that_it_owes_for(books: Books) -> None:
    partner = replace(books.viewer, permissions=STANDARD["partner_sales"].permissions)
    sold = await books.sell("5", now=june(1))
    yesterday, now = june(9), june(10)
    with pytest.raises(PermissionDenied, match="subscription:backdate"):
        await change_quantity(partner, ChangeQuantity(sold, Decimal(1), yesterday), now=now)
    with pytest.raises(PermissionDenied, match="subscription:backdate"):
        await cancel_subscription(partner, CancelSubscription(sold, yesterday), now=now)
    await change_quantity(partner, ChangeQuantity(sold, Decimal(6), now), now=now)
    await change_quantity(books.viewer, ChangeQuantity(sold, Decimal(7), yesterday), now=now)
    await cancel_subscription(partner, CancelSubscription(sold), now=now)
    assert [(int(each.quantity), each.effective_to) for each in await books.timeline(sold)] == [
        (5, june(9)),
        (7, june(10)),
    ]


async def test_five_hundred_segments_are_rewritten_within_a_second(books: Books) -> None:
    sold = await books.sell("5", now=june(1))
    first = days(books.offering_id, 5)
    await rewritten(books, sold, first)
    started = monotonic()
    await rewritten(books, sold, (*first[:1], *days(books.offering_id, 6)[1:]))
    assert monotonic() - started < 1
    assert [each.quantity for each in await books.timeline(sold)] == [5] + [6] * 499
    async with begin(books.viewer) as tx:
        closed = "SELECT count(*) FROM segment WHERE subscription_id = $1 AND recorded_to IS NOT NULL"
        assert await tx.connection.fetchval(closed, sold) == 1 + 499


def days(offering_id: UUID, quantity: int) -> Timeline:
    """Five hundred segments of a day each."""
    return tuple(
        Segment(
            offering_id,
            SegmentStatus.ACTIVE,
            Decimal(quantity),
            {},
            MONTHLY,
            june(1) + timedelta(days=day),
            june(2) + timedelta(days=day),
        )
        for day in range(500)
    )


async def rewritten(books: Books, subscription_id: UUID, timeline: Timeline) -> None:
    subscription = await queries.one(books.viewer, subscription_id)
    async with begin(books.viewer) as tx:
        await write_timeline(tx, subscription_id, timeline, subscription, Order(Verb.MIRROR, june(2)), now=june(2))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z"])
def test_an_instant_that_no_business_has_is_refused_as_input(text: str) -> None:
    read = Instant.parse_value
    assert read is not None
    with pytest.raises(GraphQLError, match="from 1970 to 2200"):
        read(text)
    assert read("2200-12-31T23:59:59Z") == datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_an_input_of_any_depth_gets_an_answer() -> None:
    assert unstorable({"characteristics": nested(30)}, ()) == []
    [problem] = unstorable({"characteristics": nested(900)}, ())
    assert problem.path == ("characteristics",)
