"""Say that a task is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.relations.opened import opened
from bss.relations.rows import TASKS
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CompleteTask:
    """The task that is done."""

    task_id: UUID


@command("completeTask", requires=Permission.RELATION_MANAGE, refuses=(NotFound, WrongState))
async def complete_task(tx: Transaction, request: CompleteTask, now: datetime) -> Outcome:
    """Say that a task is done, once: it keeps the instant."""
    task = await opened(tx, TASKS, request.task_id, path="taskId")
    if task.done_at is not None:
        raise WrongState("This task is done already.", ("taskId",))
    await tx.connection.execute(
        "UPDATE task SET done_at = $3 WHERE organisation_id = $1 AND id = $2", *(tx.organisation_id, task.id, now)
    )
    return Outcome(task.id)
