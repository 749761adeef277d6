"""Say how an account shows itself to its people."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.agreements.colour import colour_problem
from bss.agreements.logo import png_of
from bss.identifier import derived
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

_WRITE = """
INSERT INTO brand (id, organisation_id, path, account_id, name, colour, accent, logo, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10)
ON CONFLICT (organisation_id, account_id) DO UPDATE SET name = excluded.name, colour = excluded.colour,
  accent = excluded.accent, logo = CASE WHEN $9 THEN excluded.logo ELSE brand.logo END,
  updated_at = excluded.updated_at
"""


@dataclass(frozen=True)
class SetBrand:
    """The whole brand; colours may be empty. `logo`: a PNG or JPEG in base64; empty: none; None: as it was."""

    account_id: UUID
    name: str
    colour: str = ""
    accent: str = ""
    logo: str | None = None


@command("setBrand", requires=Permission.BRAND_MANAGE, refuses=(NotFound, LockedField))
async def set_brand(tx: Transaction, request: SetBrand, now: datetime) -> Outcome:
    """Set the name, the colours and the logo that an account's people see before they sign in."""
    name = request.name.strip()
    if problems := list(_problems(request, name)):
        raise InvalidInput(problems)
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("The brand of this account")
    logo = await asyncio.to_thread(png_of, request.logo) if request.logo else None
    brand_id = derived("brand", tx.organisation_id, account.id)
    look = (name, request.colour, request.accent, logo, request.logo is not None)
    await tx.connection.execute(_WRITE, brand_id, tx.organisation_id, account.path, account.id, *look, now)
    return Outcome(brand_id)


def _problems(request: SetBrand, name: str) -> Iterator[Problem]:
    if not name:
        yield Problem(("name",), "A brand needs a name.")
    yield from text_problems("name", name, MOST_NAME)
    for field, colour in (("colour", request.colour), ("accent", request.accent)):
        if colour and (problem := colour_problem(colour)):
            yield Problem((field,), problem)
