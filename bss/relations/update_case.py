"""Write anew what a case says and who deals with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, WrongState
from bss.relations.assignee import reassigned, refuse_unfit
from bss.relations.case import CaseState, Priority, case_problems
from bss.relations.opened import opened
from bss.relations.rows import CASES
from bss.relations.text import unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateCase:
    """The case as it is to be: without an assignee it is nobody's, or stays theirs whom the writer does not see."""

    case_id: UUID
    subject: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    assignee_id: UUID | None = None


@command("updateCase", requires=Permission.RELATION_MANAGE, refuses=(NotFound, WrongState))
async def update_case(tx: Transaction, request: UpdateCase, now: datetime) -> Outcome:
    """Write a case's subject, description, priority and assignee anew; a closed one is reopened first."""
    case = await opened(tx, CASES, request.case_id, path="caseId")
    if case.state is CaseState.CLOSED:
        raise WrongState("One cannot change a case that is closed.", ("caseId",))
    subject, description = request.subject.strip(), unified(request.description)
    if problems := case_problems(subject, description):
        raise InvalidInput(problems)
    await refuse_unfit(tx.viewer, request.assignee_id, case.path)
    await tx.connection.execute(
        "UPDATE account_case SET subject = $3, description = $4, priority = $5,"
        f" assignee_id = {reassigned('account_case', '$6')}"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, case.id, subject, description, request.priority.value, request.assignee_id),
    )
    return Outcome(case.id)
