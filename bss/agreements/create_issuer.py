"""Create an issuer with its number series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bss.agreements.issuer import card_problems, whole_card
from bss.agreements.models import IssuerModel, SeriesModel
from bss.catalogue.seller import blank_problems, selling_account
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

LONGEST_DUE_DAYS = 365


@dataclass(frozen=True)
class CreateIssuer:
    """A legal entity of an account that sells. Its documents are numbered prefix 1, prefix 2, … without a gap."""

    owner_id: UUID
    name: str
    card: dict[str, Any]
    series_prefix: str
    due_days: int = 30


@command("createIssuer", requires=Permission.ISSUER_MANAGE, refuses=(NotFound, LockedField))
async def create_issuer(tx: Transaction, request: CreateIssuer, now: datetime) -> Outcome:
    """Create an issuer; fields that its card leaves out get their silent form."""
    owner = await selling_account(tx.viewer, request.owner_id, path="ownerId")
    if problems := _problems(request):
        raise InvalidInput(problems)
    issuer_id = uuid7()
    await IssuerModel.create(
        using_db=tx.db,
        id=issuer_id,
        organisation_id=tx.organisation_id,
        path=owner.path,
        owner_id=owner.id,
        name=request.name.strip(),
        card=whole_card(request.name.strip(), request.card),
        due_days=request.due_days,
    )
    await SeriesModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=owner.path,
        issuer_id=issuer_id,
        prefix=request.series_prefix.strip(),
    )
    return Outcome(issuer_id)


def _problems(request: CreateIssuer) -> list[Problem]:
    problems = [*blank_problems(name=request.name, seriesPrefix=request.series_prefix), *card_problems(request.card)]
    if not 0 <= request.due_days <= LONGEST_DUE_DAYS:
        problems.append(Problem(("dueDays",), f"The time to pay is 0 to {LONGEST_DUE_DAYS} days."))
    return problems
