"""An account: a place in an organisation's tree, where subscriptions are consumed and documents are addressed.

Owns: the kinds of account and which kind may stand under which. Does not own: prices between accounts
(`bss.agreements`) or who may see them (`bss.access`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.refusal import LockedField, Refusal


class AccountKind(StrEnum):
    """What an account is in the channel."""

    ROOT = "root"
    RESELLER = "reseller"
    LITE_RESELLER = "lite_reseller"
    CUSTOMER = "customer"


MAY_STAND_UNDER: dict[AccountKind, frozenset[AccountKind]] = {
    AccountKind.ROOT: frozenset(),
    AccountKind.RESELLER: frozenset({AccountKind.ROOT}),
    AccountKind.LITE_RESELLER: frozenset({AccountKind.ROOT, AccountKind.RESELLER, AccountKind.LITE_RESELLER}),
    AccountKind.CUSTOMER: frozenset({AccountKind.ROOT, AccountKind.RESELLER, AccountKind.LITE_RESELLER}),
}
"""Which kinds of parent an account of each kind may have."""


class AccountClosed(Refusal):
    code = "ACCOUNT_CLOSED"
    meaning = "The account is closed: nothing new begins there until it is reopened; its history stays."


@dataclass(frozen=True)
class Account:
    """An account as the domain sees it. `managed_by` names the reseller of a mirrored account.

    `legal_address` is where the account has its seat; it never crosses a link. `closed_at` is None while it is open.
    """

    id: UUID
    path: str
    parent_id: UUID | None
    kind: AccountKind
    name: str
    accounting_number: str
    email: str
    billing_address: str
    legal_address: str
    mirrored: bool
    managed_by: str
    version: int
    created_at: datetime
    closed_at: datetime | None

    def refuse_if_mirrored(self, what: str) -> None:
        """Raise `LockedField` when the account belongs to a reseller's BSS."""
        if self.mirrored:
            raise LockedField(what, self.managed_by)

    def refuse_if_closed(self, path: Iterable[str]) -> None:
        """Raise `AccountClosed`, with the input's path, when nothing new may begin here."""
        if self.closed_at is not None:
            raise AccountClosed(f"The account {self.name!r} is closed since {self.closed_at:%Y-%m-%d}.", path)


def ancestor_paths(path: str) -> tuple[str, ...]:
    """The paths from the root to this one, itself included: `a.`, `a.b.`, `a.b.c.`"""
    labels = path.split(".")[:-1]
    return tuple(".".join(labels[: depth + 1]) + "." for depth in range(len(labels)))
