"""Subscriptions with others at work: who wins, who sees what, and how many statements a list takes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bss.identifier import Kind, public
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.organisations.queries import one as account
from bss.refusal import Conflict, NotFound
from bss.role import STANDARD
from bss.subscriptions import queries
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.transaction.database import current
from bss.transaction.page import PageRequest
from tests.subscriptions.books import OPENED, Books, add_selling_edge, june


async def test_of_twenty_concurrent_changes_of_one_version_one_wins(books: Books) -> None:
    subscription_id = await books.sell("1")
    outcomes = await asyncio.gather(
        *(
            change_quantity(
                books.viewer,
                ChangeQuantity(subscription_id, Decimal(quantity), expected_version=1),
                now=june(2),
            )
            for quantity in range(2, 22)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19
    assert (await queries.one(books.viewer, subscription_id)).version == 2
    assert len(await books.timeline(subscription_id)) == 2


async def test_concurrent_changes_without_a_version_follow_one_another(books: Books) -> None:
    subscription_id = await books.sell("1")
    await asyncio.gather(
        *(
            change_quantity(books.viewer, ChangeQuantity(subscription_id, Decimal(quantity)), now=june(2))
            for quantity in range(2, 12)
        )
    )
    subscription = await queries.one(books.viewer, subscription_id)
    assert subscription.version == 11
    assert (await books.timeline(subscription_id))[-1].quantity == subscription.quantity


async def another_customer(books: Books, *, subscriptions: int = 1) -> str:
    """The path of a new customer that bought so many times three seats."""
    request = CreateAccount(books.root_id, AccountKind.CUSTOMER, "Wim")
    wim = await account(books.viewer, (await create_account(books.viewer, request, now=OPENED)).object_id)
    await add_selling_edge(books.viewer, books.root_id, wim.id, wim.path, books.price_list_id)
    sale = CreateSubscription(wim.id, books.offering_id, Decimal(3))
    for _ in range(subscriptions):
        await create_subscription(books.viewer, sale, now=june(1))
    return wim.path


async def test_a_customer_sees_its_own_subscriptions_only(books: Books) -> None:
    zeds, wims_path = await books.sell(), await another_customer(books)
    wim = books.within(wims_path)
    rows = (await queries.page(wim, PageRequest())).rows
    assert [(row.path, row.quantity) for row in rows] == [(wims_path, Decimal(3))]
    with pytest.raises(NotFound):
        await queries.one(wim, zeds)
    assert await queries.timeline(wim, (zeds,)) == {zeds: ()}
    assert await queries.offerings(wim, (zeds,)) == {}
    with pytest.raises(NotFound):
        await change_quantity(wim, ChangeQuantity(zeds, Decimal(8)), now=june(2))


async def test_staff_list_every_account_or_one_by_its_path(books: Books) -> None:
    zeds, wims_path = await books.sell(), await another_customer(books, subscriptions=2)
    everything = (await queries.page(books.viewer, PageRequest(last=3))).rows
    assert [row.path for row in everything] == [books.customer_path, wims_path, wims_path]
    assert everything[0].id == zeds
    assert (await queries.page(books.viewer, PageRequest(), under=wims_path)).rows == everything[1:]


async def test_a_customer_knows_what_it_subscribed_to_though_the_offering_lies_above(books: Books) -> None:
    subscription_id = await books.sell()
    zed = books.within(books.customer_path)
    offering = (await queries.offerings(zed, (subscription_id,)))[subscription_id]
    assert (offering.id, offering.name) == (books.offering_id, "Office seats")


async def test_a_name_that_two_subscriptions_have_names_neither(books: Books) -> None:
    sale = CreateSubscription(books.customer_id, books.offering_id, Decimal(1))
    once, *twice = [
        (await create_subscription(books.viewer, replace(sale, name=name), now=june(1))).object_id
        for name in ("vm-1", "vm-2", "vm-2")
    ]
    known = await queries.named(books.viewer)
    assert known["vm-1"] == once
    assert "vm-2" not in known
    assert [known[public(Kind.SUBSCRIPTION, identifier)] for identifier in twice] == twice


@pytest.mark.parametrize("role", ["partner_sales", "operations"])
async def test_a_role_with_the_permission_sells_changes_and_cancels(books: Books, role: str) -> None:
    """Neither role may see everything that the sale is checked against: edges, prices or the catalogue."""
    path = books.customer_path if role == "partner_sales" else books.viewer.path
    viewer = replace(books.within(path), permissions=STANDARD[role].permissions)
    sale = CreateSubscription(books.customer_id, books.offering_id, Decimal(3))
    subscription_id = (await create_subscription(viewer, sale, now=june(1))).object_id
    await change_quantity(viewer, ChangeQuantity(subscription_id, Decimal(4)), now=june(2))
    await cancel_subscription(viewer, CancelSubscription(subscription_id, at_term_end=True), now=june(3))
    assert (await queries.one(viewer, subscription_id)).quantity == 4


async def test_a_list_takes_as_many_statements_for_thirty_rows_as_for_one(books: Books) -> None:
    async def statements(rows: int) -> int:
        path = await another_customer(books, subscriptions=rows)
        seen: list[str] = []
        current().observer = seen.append
        ids = [row.id for row in (await queries.page(books.viewer, PageRequest(first=200), under=path)).rows]
        await queries.many(books.viewer, ids)
        await queries.timeline(books.viewer, ids)
        await queries.offerings(books.viewer, ids)
        current().observer = None
        assert len(ids) == rows
        return len(seen)

    of_one = await statements(1)
    assert of_one >= 4
    assert await statements(30) == of_one
