"""Step: may the viewer say that these groups have these roles?

Owns: that nobody gives by a group what they may not give by hand, nor takes in hand what gives more than they have,
and how rules are kept. Does not own: who may be given a role (`bss.access.grant`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from bss.access.grant import OWNER, grantable, refuse_more
from bss.access.own_roles import role_named
from bss.organisations.account import Account
from bss.organisations.queries import one
from bss.providers.provider import Rule
from bss.refusal import InvalidInput, Problem
from bss.transaction.begin import Transaction


async def refuse_ungrantable(tx: Transaction, rules: Iterable[Rule], account: Account) -> None:
    """Raise `NotFound`, `LockedField`, `PermissionDenied` or `InvalidInput` at the first rule that may not be set.

    An owner is made by hand: a group at a provider never makes one.
    """
    for number, rule in enumerate(rules):
        place = ("rules", str(number))
        target = await one(tx.viewer, rule.account_id, path=(*place, "accountId"))
        target.refuse_if_mirrored("Access to this account")
        if not target.path.startswith(account.path):
            below = Problem((*place, "accountId"), "A rule is about the provider's account, or one below it.")
            raise InvalidInput([below])
        if rule.role == OWNER:
            raise InvalidInput([Problem((*place, "role"), "An owner is made by hand, and by no group.")])
        try:
            await grantable(tx, rule.role, target)
        except InvalidInput as wrong:
            raise InvalidInput(problem.under(*place) for problem in wrong.problems) from wrong


async def refuse_more_than_own(tx: Transaction, rules: Iterable[Rule]) -> None:
    """Raise `PermissionDenied` when the rules give more than the viewer may do: who holds the provider, holds it."""
    for code in {rule.role for rule in rules}:
        role = await role_named(tx, code)
        refuse_more(tx.viewer, role.permissions if role else ())


def stored(rules: Iterable[Rule]) -> list[dict[str, str]]:
    """The rules as they are kept."""
    return [{"group": rule.group, "role": rule.role, "account_id": str(rule.account_id)} for rule in rules]


def kept(rows: Iterable[dict[str, Any]]) -> tuple[Rule, ...]:
    """The rules behind `stored`."""
    return tuple(Rule(row["group"], row["role"], UUID(row["account_id"])) for row in rows)
