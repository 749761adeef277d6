"""Change what an offering is called, where it is shown, and who may buy it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.canonical import canonical
from bss.catalogue.queries import offering
from bss.catalogue.seller import blank_problems
from bss.catalogue.shelf import shelf_problems
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateOffering:
    """What is None stays. The name is the one on the next sales; `private_to` empty: for everybody again.

    Subscriptions that an account has, it keeps, whoever may buy from now on.
    """

    offering_id: UUID
    name: str | None = None
    category: str | None = None
    in_storefront: bool | None = None
    private_to: tuple[UUID, ...] | None = None


@command("updateOffering", requires=Permission.CATALOGUE_MANAGE, refuses=(NotFound,))
async def update_offering(tx: Transaction, request: UpdateOffering, now: datetime) -> Outcome:
    """Change an offering's name and its place in the storefront; a resold one has both of its own."""
    old = await offering(tx.viewer, request.offering_id, path=("offeringId",))
    name = old.name if request.name is None else request.name.strip()
    category = old.category if request.category is None else request.category.strip()
    shown = old.in_storefront if request.in_storefront is None else request.in_storefront
    private_to = old.private_to if request.private_to is None else request.private_to
    problems = [*blank_problems(name=name), *text_problems("name", name, MOST_NAME)]
    if problems := [*problems, *await shelf_problems(tx, old.path, category, request.private_to or ())]:
        raise InvalidInput(problems)
    await tx.connection.execute(
        "UPDATE offering SET name = $3, category = $4, in_storefront = $5, private_to = $6"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, old.id, name, category, shown, canonical(private_to).decode()),
    )
    return Outcome(old.id)
