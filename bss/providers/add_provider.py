"""Let people come in at an account's hosts by an identity provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.identifier import uuid7
from bss.organisations.queries import one
from bss.permission import Permission
from bss.providers.models import ProviderModel
from bss.providers.provider import Terms, issuer_problem, problems
from bss.providers.rules import refuse_ungrantable, stored
from bss.providers.secret import sealed_secret
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

MOST_PROVIDERS = 20
"""How many an account may have at a time: a sign-in page shows them all."""


@dataclass(frozen=True)
class AddProvider:
    """Whose people, by which issuer, on which terms. `secret` is the client's there; None: it has none."""

    account_id: UUID
    issuer: str
    terms: Terms
    secret: str | None = field(default=None, repr=False)


@command("addIdentityProvider", requires=Permission.SIGN_IN_MANAGE, refuses=(NotFound, LockedField))
async def add_provider(tx: Transaction, request: AddProvider, now: datetime) -> Outcome:
    """Add an identity provider (OpenID Connect) to an account, by which people come in at the account's hosts."""
    found = list(problems(request.terms))
    if problem := issuer_problem(request.issuer):
        found.append(Problem(("issuer",), problem))
    if found:
        raise InvalidInput(found)
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("How people come in at this account")
    await refuse_ungrantable(tx, request.terms.rules, account)
    running = await tx.connection.fetchval(
        "SELECT count(*) FROM identity_provider WHERE organisation_id = $1 AND account_id = $2 AND retired_at IS NULL",
        *(tx.organisation_id, account.id),
    )
    if running >= MOST_PROVIDERS:
        raise InvalidInput.at("accountId", f"An account has at most {MOST_PROVIDERS} identity providers.")
    provider_id = uuid7()
    terms = request.terms
    made = ProviderModel(
        id=provider_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        name=terms.name,
        issuer=request.issuer,
        client_id=terms.client_id,
        secret_sealed=sealed_secret(provider_id, request.secret),
        scopes=terms.scopes,
        groups_claim=terms.groups_claim,
        domains=list(terms.domains),
        rules=stored(terms.rules),
        added_at=now,
    )
    try:
        await made.save(using_db=tx.db, force_create=True)
    except IntegrityError as had:
        raise Conflict("The account has a provider of this issuer already.", ("issuer",)) from had
    return Outcome(provider_id)
