"""What is noted about an account, in GraphQL: contacts, tasks, calendar events, e-mails, documents.

Owns: their shapes. Does not own: cases (`schema.domains.cases`), the mutations (`schema.domains.relations`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.relations import assignee as assignment
from bss.relations import calendar_event, contact, document, email, queries, task
from schema.asking import Info
from schema.declare import needs
from schema.node import FINDERS, Node, findable, id_of
from schema.size import sized

if TYPE_CHECKING:
    from schema.domains.organisations import Account

strawberry.enum(email.Direction, name="EmailDirection", description="Which way an e-mail went, seen from here.")


@strawberry.type
class Noted(Node):
    """What every record about an account has."""

    account_uuid: strawberry.Private[UUID]
    created_at: datetime
    created_by: str = strawberry.field(description="Who noted it, by name.")

    @strawberry.field(description="The account that it is about.", directives=needs(organisations.many))
    async def account(self, info: Info) -> Annotated[Account, strawberry.lazy("schema.domains.organisations")] | None:
        found: Account | None = await FINDERS[Kind.ACCOUNT](info, self.account_uuid)
        return found


def noted(kind: Kind, record: Any) -> dict[str, Any]:
    """The fields that every record has, for its type."""
    return {
        "id": id_of(kind, record.id),
        "account_uuid": record.account_id,
        "created_at": record.created_at,
        "created_by": record.created_by,
    }


@strawberry.type(description="Who deals with something: a person in a role.")
class Assignee:
    id: strawberry.ID = strawberry.field(description="The membership's, which an assigneeId takes.")
    name: str
    role: str

    @classmethod
    def of(cls, found: assignment.Assignee) -> Assignee:
        return cls(id=id_of(Kind.MEMBERSHIP, found.id), name=found.name, role=found.role)


async def assignee_of(info: Info, membership_id: UUID | None) -> Assignee | None:
    """Who is assigned, for who sees it; batched."""
    found = None if membership_id is None else await info.context.load(assignment.assignees, membership_id)
    return None if found is None else Assignee.of(found)


@strawberry.type(description="A person at an account. Nobody who signs in, and nobody is told.")
class Contact(Noted):
    name: str
    role: str
    email: str
    phone: str
    is_primary: bool
    removed_at: datetime | None = strawberry.field(description="When it was taken off the list.")

    @classmethod
    def of(cls, found: contact.Contact) -> Contact:
        return cls(
            **noted(Kind.CONTACT, found),
            name=found.name,
            role=found.role,
            email=found.email,
            phone=found.phone,
            is_primary=found.is_primary,
            removed_at=found.removed_at,
        )


@strawberry.type(description="Something to be done about an account by a day.")
class Task(Noted):
    assignee_uuid: strawberry.Private[UUID | None]
    subject: str
    due_on: date
    done_at: datetime | None

    @classmethod
    def of(cls, found: task.Task) -> Task:
        return cls(
            **noted(Kind.TASK, found),
            assignee_uuid=found.assignee_id,
            subject=found.subject,
            due_on=found.due_on,
            done_at=found.done_at,
        )

    @strawberry.field(
        description="Null: nobody, or somebody above the caller's scope.", directives=needs(assignment.assignees)
    )
    async def assignee(self, info: Info) -> Assignee | None:
        return await assignee_of(info, self.assignee_uuid)


@strawberry.type(description="A meeting, a call, a visit. Nobody is invited.")
class CalendarEvent(Noted):
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str
    attendees: str = strawberry.field(description="One a line.")

    @classmethod
    def of(cls, found: calendar_event.CalendarEvent) -> CalendarEvent:
        return cls(
            **noted(Kind.CALENDAR_EVENT, found),
            subject=found.subject,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            place=found.place,
            attendees=found.attendees,
        )


@strawberry.type(description="An e-mail that was sent or received elsewhere; nothing here sends it.")
class Email(Noted):
    direction: email.Direction
    sender: str
    recipients: list[str] = strawberry.field(directives=sized(10))
    subject: str
    body: str
    sent_at: datetime

    @classmethod
    def of(cls, found: email.Email) -> Email:
        return cls(
            **noted(Kind.EMAIL, found),
            direction=found.direction,
            sender=found.sender,
            recipients=list(found.recipients),
            subject=found.subject,
            body=found.body,
            sent_at=found.sent_at,
        )


@strawberry.type(description="A file about an account; the file is behind the path, with the same token.")
class Document(Noted):
    name: str
    media_type: str
    size: int = strawberry.field(description="Bytes.")
    sha256: str
    path: str

    @classmethod
    def of(cls, found: document.Document) -> Document:
        return cls(
            **noted(Kind.DOCUMENT, found),
            name=found.name,
            media_type=found.media_type,
            size=found.size,
            sha256=found.sha256,
            path=f"/documents/{id_of(Kind.DOCUMENT, found.id)}",
        )


findable(Kind.CONTACT, queries.contacts, Contact)
findable(Kind.TASK, queries.tasks, Task)
findable(Kind.CALENDAR_EVENT, queries.calendar_events, CalendarEvent)
findable(Kind.EMAIL, queries.emails, Email)
findable(Kind.DOCUMENT, queries.documents, Document)
