"""Create an issuer with its number series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bss.agreements.issuer import (
    card_problems,
    due_problems,
    name_problems,
    prefix_problems,
    tax_problems,
    whole_card,
    written_tax_number,
)
from bss.agreements.models import IssuerModel, SeriesModel
from bss.agreements.write_logo import write_logo
from bss.catalogue.seller import selling_account
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateIssuer:
    """A legal entity of an account that sells. Its documents are numbered prefix 1, prefix 2, … without a gap.

    `logo` is a PNG or JPEG in base64; empty: none. See `bss.agreements.issuer` for the rest.
    """

    owner_id: UUID
    name: str
    card: dict[str, Any]
    series_prefix: str
    due_days: int = 30
    country: str = ""
    sends: bool = False
    logo: str = ""


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
        card=whole_card(request.name.strip(), {**request.card, "tax_number": _tax_number(request)}),
        due_days=request.due_days,
        country=request.country,
        sends=request.sends,
    )
    if request.logo:
        await write_logo(tx, issuer_id, owner.path, request.logo, now=now)
    await SeriesModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=owner.path,
        issuer_id=issuer_id,
        prefix=request.series_prefix.strip(),
    )
    return Outcome(issuer_id)


def _tax_number(request: CreateIssuer) -> str:
    return written_tax_number(request.country, str(request.card.get("tax_number", "")))


def _problems(request: CreateIssuer) -> list[Problem]:
    return [
        *name_problems(request.name),
        *prefix_problems(request.series_prefix),
        *card_problems(request.card),
        *tax_problems(request.country, str(request.card.get("tax_number", ""))),
        *due_problems(request.due_days),
    ]
