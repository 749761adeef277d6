"""Change an issuer's settings: what its next documents look like, and whether they are sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.agreements.issuer import IssuerSettings, settled
from bss.agreements.queries import issuer
from bss.agreements.write_logo import write_logo
from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateIssuer:
    """What is to be otherwise; what is not said stays."""

    issuer_id: UUID
    settings: IssuerSettings


@command("updateIssuer", requires=Permission.ISSUER_MANAGE, refuses=(NotFound,))
async def update_issuer(tx: Transaction, request: UpdateIssuer, now: datetime) -> Outcome:
    """Change an issuer's settings; documents that were issued have their own copy and stay as they are."""
    await tx.connection.execute(
        "SELECT FROM issuer WHERE organisation_id = $1 AND id = $2 FOR NO KEY UPDATE",
        *(tx.organisation_id, request.issuer_id),
    )
    before = await issuer(tx.viewer, request.issuer_id, path=("issuerId",))
    after = settled(before, request.settings)
    await tx.connection.execute(
        "UPDATE issuer SET name = $3, card = $4, country = $5, due_days = $6, sends = $7"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, after.id, after.name, json.dumps(after.card), after.country, after.due_days, after.sends),
    )
    if request.settings.logo is not None:
        await write_logo(tx, after.id, after.path, request.settings.logo, now=now)
    return Outcome(after.id)
