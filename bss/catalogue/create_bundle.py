"""Create a bundle of offerings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.catalogue.bundle import Component, component_problems
from bss.catalogue.from_above import published_at
from bss.catalogue.models import BundleModel
from bss.catalogue.product import Offering
from bss.catalogue.seller import blank_problems, selling_account
from bss.identifier import uuid7
from bss.organisations.account import Account
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateBundle:
    """What the owner sells together: offerings of its own, or of accounts above it that are published to it."""

    owner_id: UUID
    code: str
    name: str
    components: tuple[Component, ...]


@command("createBundle", requires=Permission.CATALOGUE_MANAGE, refuses=(NotFound, LockedField))
async def create_bundle(tx: Transaction, request: CreateBundle, now: datetime) -> Outcome:
    """Create a bundle; it is on sale to an account where each of its components is."""
    owner = await selling_account(tx.viewer, request.owner_id, path="ownerId")
    problems = blank_problems(code=request.code, name=request.name)
    problems += component_problems(request.components, await _sellable(tx, owner, request.components))
    if problems:
        raise InvalidInput(problems)
    bundle_id = uuid7()
    try:
        await BundleModel.create(
            using_db=tx.db,
            id=bundle_id,
            organisation_id=tx.organisation_id,
            path=owner.path,
            owner_id=owner.id,
            code=request.code.strip(),
            name=request.name.strip(),
        )
    except IntegrityError as taken:
        raise Conflict("A bundle with this code exists already.", ("code",)) from taken
    await _write_components(tx, owner.path, bundle_id, request.components)
    return Outcome(bundle_id)


async def _sellable(tx: Transaction, owner: Account, components: Sequence[Component]) -> dict[UUID, Offering]:
    """The offerings among the components' that the owner knows, without those of accounts that buy from it."""
    known = await published_at(tx.viewer, owner.path, {each.offering_id for each in components})
    return {each.id: each for each in known.values() if owner.path.startswith(each.path)}


async def _write_components(tx: Transaction, path: str, bundle_id: UUID, components: Sequence[Component]) -> None:
    await tx.connection.execute(
        "INSERT INTO bundle_component (id, organisation_id, path, bundle_id, offering_id, quantity)"
        " SELECT id, $1, $2, $3, offering_id, quantity FROM unnest($4::uuid[], $5::uuid[], $6::numeric[])"
        " AS given (id, offering_id, quantity)",
        *(tx.organisation_id, path, bundle_id, [uuid7() for _ in components]),
        [each.offering_id for each in components],
        [each.quantity for each in components],
    )
