"""Change what an offering is called, where it is shown, and who may buy it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.canonical import canonical
from bss.catalogue.queries import offering
from bss.catalogue.seller import blank_problems
from bss.catalogue.shelf import shelf_problems
from bss.outbox.event import EventName
from bss.outbox.record import record
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
    name = None if request.name is None else request.name.strip()
    category = None if request.category is None else request.category.strip()
    problems = [] if name is None else [*blank_problems(name=name), *text_problems("name", name, MOST_NAME)]
    if problems := [*problems, *await shelf_problems(tx, old.path, category or "", request.private_to or ())]:
        raise InvalidInput(problems)
    private_to = None if request.private_to is None else canonical(request.private_to).decode()
    # What is not named is not written: somebody else may be changing it.
    await tx.connection.execute(
        "UPDATE offering SET name = coalesce($3, name), category = coalesce($4, category),"
        " in_storefront = coalesce($5, in_storefront), private_to = coalesce($6, private_to)"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, old.id, name, category, request.in_storefront, private_to),
    )
    if private_to is not None:
        await _tell_buyers(tx, old.id, now)
    return Outcome(old.id)


async def _tell_buyers(tx: Transaction, offering_id: UUID, now: datetime) -> None:
    """Its prices are published to others than before: resellers with books of their own are told their lists anew."""
    lists = await tx.connection.fetch(
        "SELECT DISTINCT v.price_list_id FROM price p JOIN price_version v ON v.organisation_id = $1"
        " AND v.id = p.version_id WHERE p.organisation_id = $1 AND p.offering_id = $2 AND NOT v.received",
        *(tx.organisation_id, offering_id),
    )
    for row in lists:
        await record(tx, EventName.PRICES_PUBLISHED, row["price_list_id"], now=now)
