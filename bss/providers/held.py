"""Step: the provider that a change is about, held until the end of the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import orjson

from bss.providers.provider import Rule
from bss.providers.rules import kept, refuse_more_than_own
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE


@dataclass(frozen=True)
class Held:
    """A provider that is not retired."""

    id: UUID
    account_id: UUID
    issuer: str
    rules: tuple[Rule, ...]
    secret_sealed: str | None


async def held_provider(tx: Transaction, provider_id: UUID) -> Held:
    """The provider, when it lies in the viewer's scope and is not retired.

    Raises `NotFound`, `WrongState`, and `PermissionDenied` where its rules give more than the viewer may do.
    """
    row = await tx.connection.fetchrow(
        "SELECT id, account_id, issuer, rules, secret_sealed, retired_at FROM identity_provider"
        f" WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, provider_id),
    )
    if row is None:
        raise NotFound("identity provider", ("providerId",))
    if row["retired_at"] is not None:
        raise WrongState("The identity provider is retired.", ("providerId",))
    rules = kept(orjson.loads(row["rules"]))
    await refuse_more_than_own(tx, rules)
    return Held(row["id"], row["account_id"], row["issuer"], rules, row["secret_sealed"])
