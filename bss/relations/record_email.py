"""Record an e-mail that was sent or received elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, Problem
from bss.relations.email import Direction, email_problems
from bss.relations.models import EmailModel
from bss.relations.opened import account_noted
from bss.relations.relate import Relatable, case_of_account, relate
from bss.relations.text import unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RecordEmail:
    """The e-mail as it went; `sent_at` is in the past."""

    account_id: UUID
    direction: Direction
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    sent_at: datetime
    case_id: UUID | None = None


@command("recordEmail", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def record_email(tx: Transaction, request: RecordEmail, now: datetime) -> Outcome:
    """Record an e-mail about an account, mirrored or not. Nothing is sent."""
    account = await account_noted(tx, request.account_id)
    body = unified(request.body)
    problems = [*email_problems(request.sender, request.recipients, request.subject, body)]
    if request.sent_at > now:
        problems.append(Problem(("sentAt",), "An e-mail is recorded after it was sent."))
    if problems:
        raise InvalidInput(problems)
    case = await case_of_account(tx, request.case_id, account.id)
    email_id = uuid7()
    await EmailModel.create(
        using_db=tx.db,
        id=email_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        direction=request.direction.value,
        sender=request.sender,
        recipients=list(request.recipients),
        subject=request.subject,
        body=body,
        sent_at=request.sent_at,
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    await relate(tx, case, Relatable.EMAIL, email_id, now)
    return Outcome(email_id)
