"""Create an API client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.admit import token_hash
from bss.access.grant import running_membership
from bss.access.own_roles import role_named
from bss.clients.client import scope_problems
from bss.clients.models import ClientModel
from bss.clients.proof import new_secret, stored
from bss.clients.public_key import PublicKey
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, Problem, WrongState
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateClient:
    """A client that acts for a membership, within these scopes; without keys it gets a secret."""

    membership_id: UUID
    name: str
    scopes: frozenset[Permission]
    keys: tuple[PublicKey, ...] = ()


@command("createClient", requires=Permission.CLIENT_MANAGE, refuses=(NotFound, WrongState))
async def create_client(tx: Transaction, request: CreateClient, now: datetime) -> Outcome:
    """Create an API client; its secret is shown once and stored as a hash, and one with keys has none."""
    name = request.name.strip()
    membership = await running_membership(tx, request.membership_id)
    role = await role_named(tx, membership.role)
    if problems := [*_problems(name), *scope_problems(request.scopes, role.permissions if role else ())]:
        raise InvalidInput(problems)
    secret = None if request.keys else new_secret()
    made = await ClientModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=membership.path,
        membership_id=membership.id,
        name=name,
        secret_hash=None if secret is None else token_hash(secret),
        keys=stored(request.keys),
        scopes=sorted(word.value for word in request.scopes),
        created_at=now,
    )
    await tx.connection.execute("SELECT directory_register_client($1, $2)", made.id, tx.organisation_id)
    return Outcome(made.id, secret=secret)


def _problems(name: str) -> Iterable[Problem]:
    if not name:
        yield Problem(("name",), "A client needs a name.")
    yield from text_problems("name", name, MOST_NAME)
