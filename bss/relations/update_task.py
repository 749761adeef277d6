"""Write anew what is to be done, by when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, WrongState
from bss.relations.assignee import reassigned, refuse_unfit
from bss.relations.opened import opened
from bss.relations.rows import TASKS
from bss.relations.text import MOST_SUBJECT, required_text
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateTask:
    """The task as it is to be: without an assignee it is nobody's, or stays theirs whom the writer does not see."""

    task_id: UUID
    subject: str
    due_on: date
    assignee_id: UUID | None = None


@command("updateTask", requires=Permission.RELATION_MANAGE, refuses=(NotFound, WrongState))
async def update_task(tx: Transaction, request: UpdateTask, now: datetime) -> Outcome:
    """Write a task's subject, day and assignee anew, while it is not done."""
    task = await opened(tx, TASKS, request.task_id, path="taskId")
    if task.done_at is not None:
        raise WrongState("One cannot change a task that is done.", ("taskId",))
    subject = request.subject.strip()
    if problems := required_text("subject", subject, MOST_SUBJECT):
        raise InvalidInput(problems)
    await refuse_unfit(tx.viewer, request.assignee_id, task.path)
    await tx.connection.execute(
        f"UPDATE task SET subject = $3, due_on = $4, assignee_id = {reassigned('task', '$5')}"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, task.id, subject, request.due_on, request.assignee_id),
    )
    return Outcome(task.id)
