"""Keep a file about an account."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.document import MOST_BYTES, safe_name
from bss.relations.media_type import MediaType, content_problem
from bss.relations.models import DocumentContentModel, DocumentModel
from bss.relations.opened import account_noted
from bss.relations.relate import Relatable, case_of_account, relate
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class StoreDocument:
    """A file as it was sent: its name is made safe, and its content must be of the type that it says."""

    account_id: UUID
    name: str
    media_type: str
    content: bytes
    case_id: UUID | None = None


@command("storeDocument", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def store_document(tx: Transaction, request: StoreDocument, now: datetime) -> Outcome:
    """Keep a file about an account, mirrored or not, with its SHA-256."""
    account = await account_noted(tx, request.account_id)
    media_type = _checked_type(request)
    case = await case_of_account(tx, request.case_id, account.id)
    document_id = uuid7()
    await DocumentModel.create(
        using_db=tx.db,
        id=document_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        name=safe_name(request.name, media_type),
        media_type=media_type.value,
        size=len(request.content),
        sha256=hashlib.sha256(request.content).hexdigest(),
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    await DocumentContentModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=account.path,
        document_id=document_id,
        content=request.content,
    )
    await relate(tx, case, Relatable.DOCUMENT, document_id, now)
    return Outcome(document_id)


def _checked_type(request: StoreDocument) -> MediaType:
    try:
        media_type = MediaType(request.media_type)
    except ValueError as unknown:
        known = ", ".join(MediaType)
        raise InvalidInput.at("mediaType", f"Files of this type are not kept; these are: {known}.") from unknown
    if not 1 <= len(request.content) <= MOST_BYTES:
        raise InvalidInput.at("content", f"A document has 1 to {MOST_BYTES} bytes.")
    if problem := content_problem(media_type, request.content):
        raise InvalidInput.at("content", problem)
    return media_type
