"""Step: relate a record to a case.

Owns: which kinds can be related, that both lie at one account, and that a pair is related once. Does not own: the
records themselves.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.refusal import Conflict, InvalidInput
from bss.relations.case import Case
from bss.relations.models import CaseRelationModel
from bss.relations.queries import one
from bss.relations.rows import CALENDAR_EVENTS, CASES, CONTACTS, DOCUMENTS, EMAILS, TASKS, Rows
from bss.transaction.begin import Transaction


class Relatable(StrEnum):
    """What a case can be related to; the values are the tables' names."""

    CONTACT = "contact"
    CASE = "account_case"
    TASK = "task"
    CALENDAR_EVENT = "calendar_event"
    EMAIL = "email"
    DOCUMENT = "document"


READ_AS: dict[Relatable, Rows[Any]] = {
    Relatable(rows.table): rows for rows in (CONTACTS, CASES, TASKS, CALENDAR_EVENTS, EMAILS, DOCUMENTS)
}
"""How a record of each kind is read; each has an `id` and an `account_id`."""


async def case_of_account(tx: Transaction, case_id: UUID | None, account_id: UUID) -> Case | None:
    """The case to which something new at the account is to be related, if there is one.

    Raises `NotFound`, and `InvalidInput` for a case of another account.
    """
    if case_id is None:
        return None
    case = await one(tx.viewer, CASES, case_id, path=("caseId",))
    if case.account_id != account_id:
        raise InvalidInput.at("caseId", "This is a case of another account.")
    return case


async def relate(tx: Transaction, case: Case | None, kind: Relatable, related_id: UUID, now: datetime) -> None:
    """Relate a record of the case's account to the case; without a case nothing is related.

    Raises `Conflict` when they are related already.
    """
    if case is None:
        return
    try:
        await CaseRelationModel.create(
            using_db=tx.db,
            organisation_id=tx.organisation_id,
            path=case.path,
            case_id=case.id,
            **{f"{kind.value}_id": related_id},
            created_at=now,
            created_by=tx.viewer.actor_name,
        )
    except IntegrityError as taken:
        raise Conflict("This is related to the case already.", ("relatedId",)) from taken
