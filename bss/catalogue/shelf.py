"""Step: check where an offering is shown, and to whom it is sold.

Owns: the bounds of a category and of an audience. Does not own: what a buyer sees (`bss.agreements.storefront`).
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bss.organisations.queries import many
from bss.refusal import Problem
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction

MOST_PRIVATE = 100
"""Accounts to which one offering may be private."""


async def shelf_problems(
    tx: Transaction, owner_path: str, category: str, private_to: Collection[UUID]
) -> tuple[Problem, ...]:
    """What is wrong with a category and an audience: who may buy stands below the owner."""
    problems = text_problems("category", category, MOST_NAME)
    if len(private_to) > MOST_PRIVATE:
        return (*problems, Problem(("privateTo",), f"An offering is private to at most {MOST_PRIVATE} accounts."))
    known = await many(tx.viewer, private_to) if private_to else {}
    return (
        *problems,
        *(
            Problem(("privateTo", str(index)), "There is no such account below the owner.")
            for index, account_id in enumerate(private_to)
            if account_id not in known or not known[account_id].path.startswith(owner_path)
        ),
    )
