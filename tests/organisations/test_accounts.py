"""Accounts and idempotency through the commands, on the real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.organisations import queries
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.refusal import IdempotencyKeyReused
from bss.transaction.database import Database
from bss.transaction.page import PageRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_fifty_concurrent_calls_with_one_key_create_one_account(database: Database) -> None:
    _, root, viewer = founder("cloud")
    await open_organisation(viewer, OpenOrganisation("Cloud", "cloud", "Europe/Amsterdam", "EUR", "Ann", root), now=NOW)
    request = CreateAccount(root, AccountKind.CUSTOMER, "Zed")
    outcomes = await asyncio.gather(*(create_account(viewer, request, now=NOW, key="k") for _ in range(50)))
    assert len({outcome.object_id for outcome in outcomes}) == 1
    assert sum(outcome.replayed for outcome in outcomes) == 49
    assert [account.name for account in (await queries.page(viewer, PageRequest())).rows] == ["Cloud", "Zed"]


async def test_a_key_that_was_used_with_another_input_is_refused(database: Database) -> None:
    _, root, viewer = founder("cloud")
    await open_organisation(viewer, OpenOrganisation("Cloud", "cloud", "Europe/Amsterdam", "EUR", "Ann", root), now=NOW)
    await create_account(viewer, CreateAccount(root, AccountKind.CUSTOMER, "Zed"), now=NOW, key="k")
    with pytest.raises(IdempotencyKeyReused):
        await create_account(viewer, CreateAccount(root, AccountKind.CUSTOMER, "Yan"), now=NOW, key="k")
