"""Create a role of the organisation's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError

from bss.access.grant import refuse_more
from bss.access.models import RoleModel
from bss.access.own_roles import MOST_OWN
from bss.permission import Permission, with_implied
from bss.refusal import Conflict, InvalidInput, Problem
from bss.role import STANDARD, RoleKind, role_problems
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class CreateRole:
    """What the role allows, and whose people may have it."""

    code: str
    name: str
    kind: RoleKind
    permissions: frozenset[Permission]


@command("createRole", requires=Permission.ROLE_MANAGE)
async def create_role(tx: Transaction, request: CreateRole, now: datetime) -> Outcome:
    """Create a role of the organisation's own; it allows nothing that its maker may not do."""
    name = request.name.strip()
    if problems := [*_problems(request.code, name), *role_problems(request.kind, request.permissions)]:
        raise InvalidInput(problems)
    refuse_more(tx.viewer, with_implied(request.permissions))
    await _refuse_too_many(tx)
    try:
        made = await RoleModel.create(
            using_db=tx.db,
            organisation_id=tx.organisation_id,
            code=request.code,
            name=name,
            kind=request.kind.value,
            permissions=sorted(request.permissions),
            created_at=now,
        )
    except IntegrityError as taken:
        raise Conflict("There was a role with this code already.", ("code",)) from taken
    return Outcome(made.id)


def _problems(code: str, name: str) -> Iterator[Problem]:
    if not _CODE.fullmatch(code):
        yield Problem(("code",), "A code has 2 to 40 small letters, digits and underscores, and begins with a letter.")
    if code in STANDARD:
        yield Problem(("code",), f"{code} is a standard role.")
    yield from name_problems(name)


def name_problems(name: str) -> Iterator[Problem]:
    """What is wrong with what people call a role."""
    if not name:
        yield Problem(("name",), "A role needs a name.")
    yield from text_problems("name", name, MOST_NAME)


async def _refuse_too_many(tx: Transaction) -> None:
    count = await tx.connection.fetchval(
        "SELECT count(*) FROM role WHERE organisation_id = $1 AND retired_at IS NULL", tx.organisation_id
    )
    if count >= MOST_OWN:
        raise Conflict(f"An organisation has at most {MOST_OWN} roles of its own; retire one first.")
