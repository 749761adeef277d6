"""Accounts of the small channel that are delegated to one another's people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.schema.books import OPENED, Books

DELEGATION = "... on Delegation { accountId toAccountId role reason startsAt endsAt endedAt grantedBy }"
END = OPENED + timedelta(days=30)


def grant(books: Books, account: str, to: str, role: str = "partner_admin", **more: Any) -> dict[str, Any]:
    """The input of `delegateAccount` for 30 days."""
    given = {"role": role, "reason": "Holiday cover", "endsAt": END.isoformat()}
    return {"accountId": books.ids[account], "toAccountId": books.ids[to], **given, **more}


async def delegated(books: Books, account: str, to: str, role: str = "partner_admin", **more: Any) -> str:
    """The id of a new delegation of an account to the people of another."""
    return str((await books.make("delegateAccount", grant(books, account, to, role, **more)))["id"])
