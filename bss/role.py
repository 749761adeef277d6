"""Roles: named sets of permissions; the standard ones, and what an organisation's own may allow.

Owns: which standard role allows what, the most that a role of each kind may allow, and the least. Does not own: the
words (`bss.permission`), the roles that an organisation adds, or who has which (`bss.access`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bss.permission import HISTORY, OF_THE_WHOLE_ORGANISATION, Permission, with_implied
from bss.refusal import Problem


class RoleKind(StrEnum):
    """Whose people have a role."""

    STAFF = "staff"
    PARTNER = "partner"
    CLIENT = "client"


@dataclass(frozen=True)
class Role:
    """`kind` says whose people may have it; nobody is allowed anything but by a role."""

    code: str
    name: str
    kind: RoleKind
    permissions: frozenset[Permission]


_EVERYTHING = frozenset(Permission)
_VIEWS = frozenset(word for word in Permission if word.value.endswith(":view"))
_MACHINES = frozenset({Permission.MACHINE_CONSOLE, Permission.MACHINE_START, Permission.MACHINE_STOP})
_NOTES = frozenset({Permission.RELATION_MANAGE, Permission.RELATION_VIEW})
_SELLS = (
    HISTORY
    | _NOTES
    | {
        Permission.ACCOUNT_CREATE,
        Permission.ACCOUNT_MANAGE,
        Permission.ACCOUNT_MOVE,
        Permission.ACCOUNT_VIEW,
        Permission.EDGE_VIEW,
        Permission.PRICE_VIEW,
        Permission.SUBSCRIPTION_MANAGE,
    }
)
_ADMITS = frozenset(
    {
        Permission.PERSON_MANAGE,
        Permission.PERSON_VIEW,
        Permission.SESSION_MANAGE,
        Permission.SESSION_VIEW,
        Permission.SIGN_IN_MANAGE,
        Permission.TOKEN_CREATE,
    }
)

MOST: dict[RoleKind, frozenset[Permission]] = {
    RoleKind.STAFF: _EVERYTHING,
    RoleKind.PARTNER: _EVERYTHING - OF_THE_WHOLE_ORGANISATION - {Permission.AUDIT_VIEW, Permission.USAGE_IMPORT},
    RoleKind.CLIENT: HISTORY
    | _MACHINES
    | _ADMITS
    | {Permission.ACCOUNT_VIEW, Permission.CATALOGUE_VIEW, Permission.SUBSCRIPTION_MANAGE},
}
"""The most that a role of a kind may allow: a client sells to nobody, and a partner closes nobody's books."""

LEAST: dict[RoleKind, frozenset[Permission]] = {
    RoleKind.STAFF: frozenset(),
    RoleKind.PARTNER: frozenset(),
    RoleKind.CLIENT: HISTORY,
}
"""What every role of a kind allows: no client is without its history (A23)."""

DELEGABLE = MOST[RoleKind.PARTNER] - {
    Permission.CLIENT_MANAGE,
    Permission.DELEGATION_MANAGE,
    Permission.PERSON_MANAGE,
    Permission.ROLE_MANAGE,
    Permission.SESSION_MANAGE,
    Permission.SIGN_IN_MANAGE,
    Permission.TOKEN_CREATE,
}
"""The most that somebody may do who acts for an account, whatever the role: a delegate neither delegates onward, nor
has a hand in who gets in, nor leaves anything behind that outlives the delegation, such as a token."""

STANDARD: dict[str, Role] = {
    role.code: replace(role, permissions=with_implied(role.permissions))
    for role in (
        Role("owner", "Owner", RoleKind.STAFF, _EVERYTHING),
        Role(
            "admin",
            "Administrator",
            RoleKind.STAFF,
            _EVERYTHING - {Permission.LINK_MANAGE, Permission.ORGANISATION_MANAGE, Permission.ORGANISATION_OPEN},
        ),
        Role("sales", "Sales", RoleKind.STAFF, _SELLS | {Permission.CATALOGUE_VIEW}),
        Role(
            "operations",
            "Operations",
            RoleKind.STAFF,
            HISTORY
            | _MACHINES
            | _NOTES
            | {
                Permission.ACCOUNT_VIEW,
                Permission.CATALOGUE_VIEW,
                Permission.JOB_MANAGE,
                Permission.JOB_VIEW,
                Permission.LINK_VIEW,
                Permission.SUBSCRIPTION_BACKDATE,
                Permission.SUBSCRIPTION_MANAGE,
                Permission.USAGE_CORRECT,
                Permission.USAGE_IMPORT,
            },
        ),
        Role(
            "finance",
            "Finance",
            RoleKind.STAFF,
            HISTORY
            | {
                Permission.ACCOUNT_VIEW,
                Permission.BILL_RUN,
                Permission.CATALOGUE_VIEW,
                Permission.EDGE_VIEW,
                Permission.MARGIN_VIEW,
                Permission.PRICE_VIEW,
                Permission.RELATION_VIEW,
            },
        ),
        Role(
            "support",
            "Support",
            RoleKind.STAFF,
            HISTORY
            | _NOTES
            | {Permission.ACCOUNT_VIEW, Permission.CATALOGUE_VIEW, Permission.JOB_VIEW, Permission.LINK_VIEW},
        ),
        Role("auditor", "Auditor", RoleKind.STAFF, _VIEWS),
        Role(
            "partner_admin",
            "Partner administrator",
            RoleKind.PARTNER,
            _SELLS
            | _ADMITS
            | _MACHINES
            | {
                Permission.BRAND_MANAGE,
                Permission.CATALOGUE_MANAGE,
                Permission.CATALOGUE_VIEW,
                Permission.CLIENT_MANAGE,
                Permission.DELEGATION_MANAGE,
                Permission.EDGE_MANAGE,
                Permission.ISSUER_MANAGE,
                Permission.MARGIN_VIEW,
                Permission.PRICE_MANAGE,
            },
        ),
        Role("partner_sales", "Partner sales", RoleKind.PARTNER, _SELLS),
        Role(
            "partner_finance",
            "Partner finance",
            RoleKind.PARTNER,
            HISTORY | {Permission.ACCOUNT_VIEW, Permission.EDGE_VIEW, Permission.MARGIN_VIEW, Permission.PRICE_VIEW},
        ),
        Role(
            "client_admin",
            "Client administrator",
            RoleKind.CLIENT,
            HISTORY | _ADMITS | _MACHINES | {Permission.ACCOUNT_VIEW},
        ),
        Role("it_operator", "IT operator", RoleKind.CLIENT, HISTORY | _MACHINES),
        Role("billing_viewer", "Billing viewer", RoleKind.CLIENT, HISTORY | {Permission.ACCOUNT_VIEW}),
    )
}
"""What every organisation has; a permission that the product learns reaches those who should have it at once."""


def standard_with(permission: Permission) -> tuple[str, ...]:
    """The codes of the standard roles that allow something."""
    return tuple(role.code for role in STANDARD.values() if permission in role.permissions)


def role_problems(kind: RoleKind, permissions: Collection[Permission]) -> Iterator[Problem]:
    """Everything that keeps a role of this kind from allowing just these."""
    for beyond in sorted(with_implied(permissions) - MOST[kind]):
        yield Problem(("permissions",), f"A {kind} role cannot allow {beyond}.")
    for lacking in sorted(LEAST[kind] - set(permissions)):
        yield Problem(("permissions",), f"A {kind} role always allows {lacking}.")
