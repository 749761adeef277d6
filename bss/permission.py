"""The closed vocabulary of permissions, `noun:verb`.

Owns: the words. Does not own: which role allows what (`bss.role`), who has which role (`bss.access`), or which
operation needs what: that is declared once, on the command or the query.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """What a role may allow. Alphabetical."""

    ACCOUNT_CREATE = "account:create"
    ACCOUNT_MANAGE = "account:manage"
    ACCOUNT_MOVE = "account:move"
    ACCOUNT_VIEW = "account:view"
    AUDIT_VIEW = "audit:view"
    BILL_RUN = "bill:run"
    BRAND_MANAGE = "brand:manage"
    CATALOGUE_MANAGE = "catalogue:manage"
    CATALOGUE_VIEW = "catalogue:view"
    CLIENT_MANAGE = "client:manage"
    DELEGATION_MANAGE = "delegation:manage"
    EDGE_MANAGE = "edge:manage"
    EDGE_VIEW = "edge:view"
    INVOICE_VIEW = "invoice:view"
    ISSUER_MANAGE = "issuer:manage"
    JOB_MANAGE = "job:manage"
    JOB_VIEW = "job:view"
    LINK_MANAGE = "link:manage"
    LINK_VIEW = "link:view"
    MACHINE_CONSOLE = "machine:console"
    MACHINE_START = "machine:start"
    MACHINE_STOP = "machine:stop"
    MARGIN_VIEW = "margin:view"
    ORGANISATION_MANAGE = "organisation:manage"
    ORGANISATION_OPEN = "organisation:open"
    PERSON_MANAGE = "person:manage"
    PERSON_VIEW = "person:view"
    PRICE_MANAGE = "price:manage"
    PRICE_VIEW = "price:view"
    RELATION_MANAGE = "relation:manage"
    RELATION_VIEW = "relation:view"
    ROLE_MANAGE = "role:manage"
    SESSION_MANAGE = "session:manage"
    SESSION_VIEW = "session:view"
    SIGN_IN_MANAGE = "sign-in:manage"
    SUBSCRIPTION_BACKDATE = "subscription:backdate"
    SUBSCRIPTION_MANAGE = "subscription:manage"
    SUBSCRIPTION_VIEW = "subscription:view"
    TOKEN_CREATE = "token:create"
    USAGE_CORRECT = "usage:correct"
    USAGE_IMPORT = "usage:import"
    USAGE_VIEW = "usage:view"
    VENDOR_MANAGE = "vendor:manage"


HISTORY = frozenset({Permission.SUBSCRIPTION_VIEW, Permission.USAGE_VIEW, Permission.INVOICE_VIEW})
"""Activity, usage and billing history: no client can be without them, by whatever role or module (A23)."""

OF_THE_WHOLE_ORGANISATION = frozenset(
    {
        Permission.AUDIT_VIEW,
        Permission.BILL_RUN,
        Permission.JOB_MANAGE,
        Permission.JOB_VIEW,
        Permission.LINK_MANAGE,
        Permission.LINK_VIEW,
        Permission.ORGANISATION_MANAGE,
        Permission.ORGANISATION_OPEN,
        Permission.ROLE_MANAGE,
        Permission.USAGE_CORRECT,
        Permission.VENDOR_MANAGE,
    }
)
"""What concerns rows that lie at no account, or what is charged on every edge up to the root: only a viewer of the
whole tree can have it, whatever its role says."""

IMPLIED: dict[Permission, frozenset[Permission]] = {
    Permission.ACCOUNT_CREATE: frozenset({Permission.ACCOUNT_VIEW}),
    Permission.ACCOUNT_MANAGE: frozenset({Permission.ACCOUNT_VIEW}),
    Permission.ACCOUNT_MOVE: frozenset({Permission.ACCOUNT_VIEW, Permission.SUBSCRIPTION_VIEW}),
    Permission.CATALOGUE_MANAGE: frozenset({Permission.CATALOGUE_VIEW, Permission.SUBSCRIPTION_VIEW}),
    Permission.DELEGATION_MANAGE: frozenset({Permission.PERSON_VIEW}),
    Permission.EDGE_MANAGE: frozenset({Permission.EDGE_VIEW, Permission.PRICE_VIEW}),
    Permission.ISSUER_MANAGE: frozenset({Permission.EDGE_VIEW}),
    Permission.JOB_MANAGE: frozenset({Permission.JOB_VIEW}),
    Permission.LINK_MANAGE: frozenset({Permission.LINK_VIEW}),
    Permission.PERSON_MANAGE: frozenset({Permission.PERSON_VIEW}),
    Permission.PRICE_MANAGE: frozenset({Permission.PRICE_VIEW, Permission.SUBSCRIPTION_VIEW, Permission.USAGE_VIEW}),
    Permission.RELATION_MANAGE: frozenset({Permission.RELATION_VIEW}),
    Permission.ROLE_MANAGE: frozenset({Permission.PERSON_VIEW}),
    Permission.SUBSCRIPTION_MANAGE: frozenset({Permission.SUBSCRIPTION_VIEW}),
    Permission.USAGE_CORRECT: frozenset({Permission.SUBSCRIPTION_VIEW, Permission.USAGE_VIEW}),
    Permission.VENDOR_MANAGE: frozenset({Permission.EDGE_VIEW, Permission.PRICE_VIEW}),
}
"""What somebody sees who may change something: what the change has to look at. No view implies another one."""


def with_implied(permissions: Iterable[Permission]) -> frozenset[Permission]:
    """The permissions, and all that they imply."""
    given = frozenset(permissions)
    return given.union(*(IMPLIED[each] for each in given if each in IMPLIED))
