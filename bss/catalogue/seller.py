"""Step: find the account that is to own what is sold: products, price lists, issuers.

Owns: which accounts may sell in this organisation's books, and that what is sold has a code and a name.
Does not own: accounts (`bss.organisations`).
"""

from __future__ import annotations

from uuid import UUID

from bss.organisations.account import Account, AccountKind
from bss.organisations.queries import one
from bss.refusal import InvalidInput, Problem
from bss.viewer import Viewer

MAY_SELL = frozenset({AccountKind.ROOT, AccountKind.LITE_RESELLER})
"""A reseller with its own BSS sells in its own books, and a customer does not sell."""


async def selling_account(viewer: Viewer, account_id: UUID, *, path: str) -> Account:
    """The account, which may sell here. `path` is the input's.

    Raises `NotFound` outside the viewer's scope, `LockedField` for a mirrored account, `InvalidInput` for
    another kind.
    """
    account = await one(viewer, account_id, path=(path,))
    account.refuse_if_mirrored("What this account sells")
    if account.kind not in MAY_SELL:
        raise InvalidInput.at(path, f"A {account.kind} does not sell in these books.")
    return account


def blank_problems(**inputs: str) -> list[Problem]:
    """A problem for each input that is empty or only spaces."""
    return [Problem((name,), "This must not be empty.") for name, text in inputs.items() if not text.strip()]
