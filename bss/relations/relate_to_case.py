"""Relate a record about an account to a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.queries import one
from bss.relations.relate import READ_AS, Relatable, relate
from bss.relations.rows import CASES
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RelateToCase:
    """The case, and the record of the same account that it is about."""

    case_id: UUID
    kind: Relatable
    related_id: UUID


@command("relateToCase", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def relate_to_case(tx: Transaction, request: RelateToCase, now: datetime) -> Outcome:
    """Relate a contact, task, event, e-mail, document or other case of the account to a case. The outcome is the case.

    Two cases that are related are so from either side.
    """
    case = await one(tx.viewer, CASES, request.case_id, path=("caseId",))
    related = await one(tx.viewer, READ_AS[request.kind], request.related_id, path=("relatedId",))
    if related.id == case.id:
        raise InvalidInput.at("relatedId", "A case is not related to itself.")
    if related.account_id != case.account_id:
        raise InvalidInput.at("relatedId", "This is about another account than the case.")
    await relate(tx, case, request.kind, related.id, now)
    return Outcome(case.id)
