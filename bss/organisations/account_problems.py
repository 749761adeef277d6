"""What may be wrong with an account that somebody writes: its texts, and its place in the tree. Pure.

Owns: the rules that an account of the organisation's own and the mirror of another's have in common. Does not own:
which kinds there are (`account`), or who may write an account (the command; `sync`).
"""

from __future__ import annotations

from bss.organisations.account import MAY_STAND_UNDER, Account, AccountKind
from bss.refusal import Problem
from bss.text import MOST_ADDRESS_LINE, MOST_ADDRESS_LINES, MOST_EMAIL, MOST_NAME, MOST_NUMBER, text_problems

MOST_DEPTH = 16
"""Accounts from the root down, both ends included."""


def account_text_problems(
    name: str, accounting_number: str, email: str, billing_address: str, legal_address: str = ""
) -> tuple[Problem, ...]:
    """Everything that is wrong with what people call the account and how they reach it."""
    return (
        *text_problems("name", name, MOST_NAME),
        *text_problems("accountingNumber", accounting_number, MOST_NUMBER),
        *text_problems("email", email, MOST_EMAIL),
        *text_problems("billingAddress", billing_address, MOST_ADDRESS_LINE, MOST_ADDRESS_LINES),
        *text_problems("legalAddress", legal_address, MOST_ADDRESS_LINE, MOST_ADDRESS_LINES),
    )


def own_text_problems(
    name: str, accounting_number: str, email: str, billing_address: str, legal_address: str
) -> tuple[Problem, ...]:
    """The same for an account of the organisation's own, and what its own people must not leave out."""
    problems = list(account_text_problems(name, accounting_number, email, billing_address, legal_address))
    if not name:
        problems.append(Problem(("name",), "An account needs a name."))
    if email and "@" not in email:
        problems.append(Problem(("email",), "This is not an e-mail address."))
    return tuple(problems)


def place_problems(kind: AccountKind, parent: Account) -> tuple[Problem, ...]:
    """Everything that keeps an account of the kind from standing under the parent."""
    problems = []
    if parent.kind not in MAY_STAND_UNDER[kind]:
        problems.append(Problem(("kind",), f"A {kind} cannot stand under a {parent.kind}."))
    if parent.path.count(".") >= MOST_DEPTH:
        problems.append(Problem(("parentId",), f"A tree of accounts is at most {MOST_DEPTH} deep."))
    return tuple(problems)
