"""Note a task about an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.assignee import refuse_unfit
from bss.relations.models import TaskModel
from bss.relations.opened import account_noted
from bss.relations.relate import Relatable, case_of_account, relate
from bss.relations.text import MOST_SUBJECT, required_text
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateTask:
    """What is to be done, by which day, and by whom: `assignee_id` is a membership that sees the account."""

    account_id: UUID
    subject: str
    due_on: date
    assignee_id: UUID | None = None
    case_id: UUID | None = None


@command("createTask", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def create_task(tx: Transaction, request: CreateTask, now: datetime) -> Outcome:
    """Note a task about an account, mirrored or not, and relate it to a case if one is named."""
    account = await account_noted(tx, request.account_id)
    subject = request.subject.strip()
    if problems := required_text("subject", subject, MOST_SUBJECT):
        raise InvalidInput(problems)
    await refuse_unfit(tx.viewer, request.assignee_id, account.path)
    case = await case_of_account(tx, request.case_id, account.id)
    task_id = uuid7()
    await TaskModel.create(
        using_db=tx.db,
        id=task_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        subject=subject,
        due_on=request.due_on,
        assignee_id=request.assignee_id,
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    await relate(tx, case, Relatable.TASK, task_id, now)
    return Outcome(task_id)
