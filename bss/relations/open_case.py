"""Open a case about an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.assignee import refuse_unfit
from bss.relations.case import CaseState, Priority, case_problems
from bss.relations.models import CaseModel
from bss.relations.opened import account_noted
from bss.relations.text import unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class OpenCase:
    """What is to be dealt with, and by whom: `assignee_id` is a membership that sees the account."""

    account_id: UUID
    subject: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    assignee_id: UUID | None = None


@command("openCase", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def open_case(tx: Transaction, request: OpenCase, now: datetime) -> Outcome:
    """Open a case about an account, mirrored or not; its id is its number."""
    account = await account_noted(tx, request.account_id)
    subject, description = request.subject.strip(), unified(request.description)
    if problems := case_problems(subject, description):
        raise InvalidInput(problems)
    await refuse_unfit(tx.viewer, request.assignee_id, account.path)
    case_id = uuid7()
    await CaseModel.create(
        using_db=tx.db,
        id=case_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        subject=subject,
        description=description,
        priority=request.priority.value,
        state=CaseState.OPEN.value,
        assignee_id=request.assignee_id,
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    return Outcome(case_id)
