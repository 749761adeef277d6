"""Cases in GraphQL, with their comments and what they are about.

Owns: the shapes. Does not own: the mutations (`schema.domains.relations`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.relations import assignee as assignment
from bss.relations import case as domain
from bss.relations import queries
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected, listed_under
from schema.declare import needs
from schema.domains.relation_records import (
    Assignee,
    CalendarEvent,
    Contact,
    Document,
    Email,
    Noted,
    Task,
    assignee_of,
    noted,
)
from schema.node import findable, id_of

strawberry.enum(domain.CaseState, description="Where a case stands.")
strawberry.enum(domain.CaseVerb, description="What may be done with a case.")
strawberry.enum(domain.Priority, name="CasePriority", description="How urgent a case is.")


@strawberry.type(description="What somebody said about a case; it stays as it was said.")
class CaseComment:
    id: strawberry.ID
    body: str
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, comment: domain.CaseComment) -> CaseComment:
        return cls(
            id=id_of(Kind.CASE_COMMENT, comment.id),
            body=comment.body,
            created_at=comment.created_at,
            created_by=comment.created_by,
        )


@strawberry.type(description="Something about an account that has to be dealt with; its id is its number.")
class Case(Noted):
    key: strawberry.Private[UUID]
    assignee_uuid: strawberry.Private[UUID | None]
    subject: str
    description: str
    priority: domain.Priority
    state: domain.CaseState

    @classmethod
    def of(cls, case: domain.Case) -> Case:
        return cls(
            **noted(Kind.CASE, case),
            key=case.id,
            assignee_uuid=case.assignee_id,
            subject=case.subject,
            description=case.description,
            priority=case.priority,
            state=case.state,
        )

    @strawberry.field(
        description="Null: nobody, or somebody above the caller's scope.", directives=needs(assignment.assignees)
    )
    async def assignee(self, info: Info) -> Assignee | None:
        return await assignee_of(info, self.assignee_uuid)

    @strawberry.field(
        description="Other cases that it is about, or that are about it.", directives=needs(queries.cases_of_cases)
    )
    async def related_cases(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[Case] | None:
        page = await info.context.load(queries.cases_of_cases, self.key, asked_page(first, after, last, before))
        return None if page is None else connected(page, Case.of, lambda row: row.id)

    comments = listed_under(queries.comments_of_cases, CaseComment, description="What was said, oldest first.")
    contacts = listed_under(queries.contacts_of_cases, Contact, description="Contacts that it is about.")
    tasks = listed_under(queries.tasks_of_cases, Task, description="Tasks that it is about.")
    calendar_events = listed_under(
        queries.calendar_events_of_cases, CalendarEvent, description="Calendar events that it is about."
    )
    emails = listed_under(queries.emails_of_cases, Email, description="E-mails that it is about.")
    documents = listed_under(queries.documents_of_cases, Document, description="Documents that it is about.")


findable(Kind.CASE, queries.cases, Case)
