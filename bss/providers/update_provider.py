"""Say anew on which terms people come in by an identity provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson

from bss.organisations.queries import one
from bss.permission import Permission
from bss.providers.held import held_provider
from bss.providers.provider import Terms, problems
from bss.providers.rules import refuse_ungrantable, stored
from bss.providers.secret import sealed_secret
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

_WRITE = """
UPDATE identity_provider SET name = $3, client_id = $4, scopes = $5, groups_claim = $6, domains = $7, rules = $8,
  secret_sealed = $9 WHERE organisation_id = $1 AND id = $2
"""


@dataclass(frozen=True)
class UpdateProvider:
    """The whole terms. `secret`: None: as it was; empty: none any more. Another issuer is another provider."""

    provider_id: UUID
    terms: Terms
    secret: str | None = field(default=None, repr=False)


@command("updateIdentityProvider", requires=Permission.SIGN_IN_MANAGE, refuses=(NotFound, WrongState, LockedField))
async def update_provider(tx: Transaction, request: UpdateProvider, now: datetime) -> Outcome:
    """Set the terms of an identity provider; what its groups give holds for each person from their next sign-in."""
    if found := list(problems(request.terms)):
        raise InvalidInput(found)
    held = await held_provider(tx, request.provider_id)
    account = await one(tx.viewer, held.account_id)
    account.refuse_if_mirrored("How people come in at this account")
    await refuse_ungrantable(tx, request.terms.rules, account)
    terms, secret = request.terms, held.secret_sealed
    if request.secret is not None:
        secret = sealed_secret(held.id, request.secret or None)
    await tx.connection.execute(
        _WRITE,
        *(tx.organisation_id, held.id, terms.name, terms.client_id, terms.scopes, terms.groups_claim),
        *(orjson.dumps(terms.domains).decode(), orjson.dumps(stored(terms.rules)).decode(), secret),
    )
    return Outcome(held.id)
