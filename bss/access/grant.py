"""Step: may this role be given here, and by this viewer?

Owns: at which accounts a role of each kind is had, and that nobody gives what they do not have. Does not own: what a
role allows (`bss.role`), or who is given it (the commands).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bss.access.own_roles import role_named
from bss.organisations.account import Account, AccountKind
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, PermissionDenied, WrongState
from bss.role import Role, RoleKind
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer

OWNER = "owner"
HAD_AT: dict[RoleKind, frozenset[AccountKind]] = {
    RoleKind.STAFF: frozenset(AccountKind),
    RoleKind.PARTNER: frozenset({AccountKind.RESELLER, AccountKind.LITE_RESELLER}),
    RoleKind.CLIENT: frozenset({AccountKind.CUSTOMER}),
}
"""At which accounts a role of a kind is had; staff may be for a part of the tree only."""


async def grantable(tx: Transaction, code: str, account: Account) -> Role:
    """The role, when the viewer may give it over the account.

    Raises `InvalidInput` at `role` and `PermissionDenied`.
    """
    role = await role_named(tx, code)
    if role is None:
        raise InvalidInput.at("role", f"There is no role {code!r}.")
    if account.kind not in HAD_AT[role.kind]:
        raise InvalidInput.at("role", f"A {role.kind} role is not had at a {account.kind.replace('_', ' ')}.")
    refuse_more(tx.viewer, role.permissions)
    return role


def refuse_more(viewer: Viewer, permissions: Iterable[Permission]) -> None:
    """Raise `PermissionDenied` for the first of these that the viewer may not do, and so may not let others do."""
    for permission in sorted(set(permissions) - viewer.permissions):
        raise PermissionDenied(permission.value)


@dataclass(frozen=True)
class Running:
    """A membership that has not ended; `identity_id`: given by sign-ins of somebody known so."""

    id: UUID
    path: str
    person_id: UUID
    account_id: UUID
    role: str
    identity_id: UUID | None


async def running_membership(tx: Transaction, membership_id: UUID) -> Running:
    """The membership, when it lies in the viewer's scope and has not ended; held until the end of the transaction.

    Raises `NotFound`, `WrongState`, and `PermissionDenied` where its role allows more than the viewer may do: nobody
    touches the access of those who may do more.
    """
    row = await tx.connection.fetchrow(
        "SELECT id, path, person_id, account_id, role, identity_id, ended_at FROM membership"
        f" WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, membership_id),
    )
    if row is None:
        raise NotFound("membership", ("membershipId",))
    if row["ended_at"] is not None:
        raise WrongState("The membership has ended.", ("membershipId",))
    names = ("id", "path", "person_id", "account_id", "role", "identity_id")
    membership = Running(*(row[name] for name in names))
    refuse_more(tx.viewer, await allowed_by(tx, membership))
    return membership


async def allowed_by(tx: Transaction, membership: Running) -> frozenset[Permission]:
    """What its role allows now; nothing, when the role is retired."""
    role = await role_named(tx, membership.role)
    return frozenset() if role is None else role.permissions


async def refuse_last_owner(tx: Transaction, membership: Running) -> None:
    """Raise `WrongState` when nobody else is owner of the whole organisation; all its owners are held meanwhile."""
    owners = await tx.connection.fetch(
        "SELECT id FROM membership WHERE organisation_id = $1 AND path = $2 AND role = $3 AND ended_at IS NULL"
        " ORDER BY id FOR UPDATE",
        *(tx.organisation_id, tx.viewer.root_path, OWNER),
    )
    if [row["id"] for row in owners] == [membership.id]:
        raise WrongState("This is the organisation's last owner.", ("membershipId",))
