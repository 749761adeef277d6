"""A customer that the reseller moves has another place at the distributor, and costs the reseller the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bss.agreements.queries import issuer_page
from bss.hierarchy.move_account import MoveAccount, NewTerms, move_account
from bss.invoicing.bill_run import RequestBillRun, request_bill_run, run
from bss.transaction.page import PageRequest
from tests.sync.channel import Channel
from tests.sync.test_mirroring import accounts

JULY = datetime(2026, 7, 1, tzinfo=UTC)


async def billed(channel: Channel) -> list[str]:
    """Close June at the distributor; the amounts of its lines."""
    channel.clock.move_to(JULY)
    with channel.cloud.database.bound():
        asked = await request_bill_run(channel.cloud.viewer, RequestBillRun(JULY), now=JULY)
        await run(channel.cloud.viewer, asked.object_id, now=JULY)
    return await channel.rows(channel.cloud, "SELECT amount FROM billable_line ORDER BY amount", "amount")


async def moved_to_the_root(channel: Channel) -> None:
    book = channel.resell
    with book.database.bound():
        issuer = (await issuer_page(book.viewer, PageRequest())).rows[0]
        terms = NewTerms(book.price_list_id, "UTC", "standard", 1, issuer.id)
        request = MoveAccount(book.accounts["X"], book.root_id, terms=terms)
        await move_account(channel.resell.viewer, request, now=channel.now)


async def test_a_moved_customer_is_moved_at_the_distributor_and_costs_the_same(channel: Channel) -> None:
    """Seven seats at 30.00 in June, X moved from Lite to the reseller itself on the 11th: 210.00 in one line."""
    origin = await channel.sell("X", 7)
    await channel.settle()
    before = await accounts(channel.cloud)
    assert before["X"].parent_id == before["Lite"].id
    channel.move_to_day(11)
    await moved_to_the_root(channel)
    await channel.settle()
    after = await accounts(channel.cloud)
    assert after["X"].parent_id == after["Cloud Resell"].id
    assert after["X"].path == f"{after['Cloud Resell'].path}{before['X'].path.split('.')[-2]}."
    assert (await channel.mirror_of(origin)).path == after["X"].path
    assert await channel.in_step()
    assert await billed(channel) == ["210.0000"]
    places = await channel.rows(
        channel.cloud,
        "SELECT count(*) FROM account_placement p JOIN account a ON a.id = p.account_id AND a.name = 'X'"
        " WHERE recorded_to IS NULL",
        "count",
    )
    assert places == ["2"]


async def test_a_move_that_would_make_the_tree_too_deep_here_is_refused(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The distributor's tree is as deep as two accounts: the reseller moves X, and the mirror stays where it was."""
    await channel.sell("X", 7)
    await channel.settle()
    before = await accounts(channel.cloud)
    monkeypatch.setattr("sync.apply_account.MOST_DEPTH", 2)
    await moved_to_the_root(channel)
    await channel.settle()
    assert (await accounts(channel.cloud))["X"].parent_id == before["Lite"].id
    reasons = await channel.rows(channel.resell, "SELECT refusal FROM pair WHERE refusal IS NOT NULL", "refusal")
    assert any("SYNC_ACCOUNT_MISPLACED" in reason for reason in reasons)
