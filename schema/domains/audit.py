"""The audit in GraphQL: who did what to what, and where it stands in the chain.

Owns: how the object of an operation is named: by the kind that its mutation answers with, which is not stored, because
the operation says it. Does not own: the entries and the chain (`bss.audit`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from bss.audit import queries
from bss.audit.entry import AuditEntry as Recorded
from bss.audit.queries import Wanted
from bss.identifier import Kind, public
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import SHOWN_AS, needs
from schema.node import SHOWN, Node, findable, id_of, optional_id, optional_uuid

ActorId = Annotated[strawberry.ID | None, strawberry.argument(description="The `actorId` of an entry.")]
Operation = Annotated[str | None, strawberry.argument(description='Such as "createAccount" or "sync:subscription".')]
Since = Annotated[datetime | None, strawberry.argument(description="Recorded at this instant or later.")]
Until = Annotated[datetime | None, strawberry.argument(description="Recorded before this instant.")]

_OBJECTS = {
    **dict.fromkeys(("createToken", "revokeToken"), Kind.TOKEN),
    **dict.fromkeys(("openOrganisation", "setBillingSchedule", "setModules"), Kind.ORGANISATION),
    **dict.fromkeys(("sync:acceptance", "sync:subscription", "sync:usage"), Kind.SUBSCRIPTION),
    "appendUsage": Kind.USAGE_BATCH,
    "publishPrices": Kind.PRICE_VERSION,
    "resumeJob": Kind.JOB,
    "storeDocument": Kind.DOCUMENT,
    "sync:account": Kind.ACCOUNT,
    "sync:supply": Kind.EDGE,
}
"""Of operations that are no mutation, or whose mutation answers with something else than the object alone."""


def object_name(operation: str, object_id: UUID) -> str:
    """The public id of an operation's object; its UUID where the operation does not say of which kind it is."""
    shown = SHOWN_AS.get(operation)
    kind = next((kind for kind, node in SHOWN.items() if node is shown), _OBJECTS.get(operation))
    return str(object_id) if kind is None else public(kind, object_id)


@strawberry.type(description="That somebody did something. What was said is not kept; its digest is part of the chain.")
class AuditEntry(Node):
    actor_id: strawberry.ID = strawberry.field(
        description="The person or API client. The organisation's own jobs have ids, too, that lead to nobody."
    )
    actor_name: str
    operation: str = strawberry.field(description="The mutation, or `sync:` and what came over a link.")
    object_id: strawberry.ID = strawberry.field(
        description="What was made or changed: its id, or a UUID where the operation does not say what it is."
    )
    acting_as: strawberry.ID | None = strawberry.field(description="The delegation by which it was done, if by one.")
    acting_as_name: str | None = strawberry.field(description="The account for which it was done.")
    idempotency_key: str | None
    recorded_at: datetime
    position: int | None = strawberry.field(
        description="In the organisation's chain, from 1 without a gap; null until it is sealed."
    )
    link: str | None = strawberry.field(description="SHA-256 over the link before, the position and the entry.")

    @classmethod
    def of(cls, entry: Recorded) -> AuditEntry:
        recorded = entry.recorded
        return cls(
            id=id_of(Kind.AUDIT_ENTRY, entry.id),
            actor_id=id_of(Kind.PERSON, recorded.actor_id),
            actor_name=recorded.actor_name,
            operation=recorded.operation,
            object_id=strawberry.ID(object_name(recorded.operation, recorded.object_id)),
            acting_as=optional_id(Kind.DELEGATION, recorded.acting_as),
            acting_as_name=recorded.acting_as_name,
            idempotency_key=recorded.idempotency_key,
            recorded_at=recorded.recorded_at,
            position=entry.position,
            link=entry.link,
        )


findable(Kind.AUDIT_ENTRY, queries.many, AuditEntry)


@strawberry.type
class Query:
    @strawberry.field(
        description="Everything that was done in the organisation, oldest first, or what matches.",
        directives=needs(queries.page),
    )
    async def audit_entries(
        self,
        info: Info,
        actor_id: ActorId = None,
        operation: Operation = None,
        since: Since = None,
        until: Until = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[AuditEntry]:
        wanted = Wanted(optional_uuid(Kind.PERSON, actor_id, "actorId"), operation, since, until)
        page = await queries.page(info.context.viewer, asked_page(first, after, last, before), wanted)
        return connected(page, AuditEntry.of, lambda row: row.id)
