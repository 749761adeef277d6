"""Step: find the account that is written about, and lock a record that is to be changed.

Owns: that both lie in the viewer's scope. Mirrored accounts are as good as others here: what is noted about an
account belongs to who notes it, and never crosses a link. Does not own: the change (the commands).
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from bss.organisations.account import Account
from bss.organisations.queries import one
from bss.refusal import NotFound
from bss.relations.rows import Rows
from bss.transaction.begin import Transaction

Value = TypeVar("Value")


async def account_noted(tx: Transaction, account_id: UUID) -> Account:
    """The account, mirrored or not. Raises `NotFound`."""
    return await one(tx.viewer, account_id, path=("accountId",))


async def opened(tx: Transaction, rows: Rows[Value], identifier: UUID, *, path: str) -> Value:
    """The record, locked until the commit. Raises `NotFound` with the input's `path`."""
    row = await tx.connection.fetchrow(
        f"{rows.in_scope} AND id = $3 FOR UPDATE", *(tx.organisation_id, tx.viewer.path, identifier)
    )
    if row is None:
        raise NotFound(rows.noun, (path,))
    return rows.value_of(row)
