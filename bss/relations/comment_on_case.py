"""Say something about a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, Problem
from bss.relations.models import CaseCommentModel
from bss.relations.queries import one
from bss.relations.rows import CASES
from bss.relations.text import body_problems, unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CommentOnCase:
    """What is said; it stays as it was said."""

    case_id: UUID
    body: str


@command("commentOnCase", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def comment_on_case(tx: Transaction, request: CommentOnCase, now: datetime) -> Outcome:
    """Add a comment to a case in any state. The outcome is the case."""
    case = await one(tx.viewer, CASES, request.case_id, path=("caseId",))
    body = unified(request.body).strip()
    if problems := body_problems("body", body) if body else (Problem(("body",), "This must not be empty."),):
        raise InvalidInput(problems)
    await CaseCommentModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=case.path,
        case_id=case.id,
        body=body,
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    return Outcome(case.id)
