"""Move a case from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.relations.case import CaseVerb, after
from bss.relations.opened import opened
from bss.relations.rows import CASES
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class MoveCase:
    """The case, and what is done with it."""

    case_id: UUID
    verb: CaseVerb


@command("moveCase", requires=Permission.RELATION_MANAGE, refuses=(NotFound, WrongState))
async def move_case(tx: Transaction, request: MoveCase, now: datetime) -> Outcome:
    """Start, resolve, close or reopen a case."""
    case = await opened(tx, CASES, request.case_id, path="caseId")
    await tx.connection.execute(
        "UPDATE account_case SET state = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, case.id, after(case.state, request.verb).value),
    )
    return Outcome(case.id)
