"""What is noted about accounts, in GraphQL: the lists across accounts, and every mutation.

Owns: the root fields. Does not own: the shapes (`cases`, `relation_records`), files (`server.http`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from bss.identifier import Kind
from bss.relations import assignee, queries
from bss.relations.case import CaseState
from bss.relations.comment_on_case import comment_on_case
from bss.relations.complete_task import complete_task
from bss.relations.create_calendar_event import create_calendar_event
from bss.relations.create_contact import create_contact
from bss.relations.create_task import create_task
from bss.relations.move_case import move_case
from bss.relations.open_case import open_case
from bss.relations.record_email import record_email
from bss.relations.relate_to_case import relate_to_case
from bss.relations.remove_contact import remove_contact
from bss.relations.update_calendar_event import update_calendar_event
from bss.relations.update_case import update_case
from bss.relations.update_contact import update_contact
from bss.relations.update_task import update_task
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import mutation, needs, shown
from schema.domains.case_inputs import (
    CommentOnCaseInput,
    MoveCaseInput,
    OpenCaseInput,
    RelateToCaseInput,
    UpdateCaseInput,
    case_anew,
    case_move,
    comment,
    new_case,
    relation,
)
from schema.domains.cases import Case
from schema.domains.relation_inputs import (
    CompleteTaskInput,
    CreateCalendarEventInput,
    CreateContactInput,
    CreateTaskInput,
    RecordEmailInput,
    RemoveContactInput,
    UpdateCalendarEventInput,
    UpdateContactInput,
    UpdateTaskInput,
    calendar_event_anew,
    completion,
    contact_anew,
    new_calendar_event,
    new_contact,
    new_task,
    recorded_email,
    removal,
    task_anew,
)
from schema.domains.relation_records import Assignee, CalendarEvent, Contact, Email, Task
from schema.node import uuid_of
from schema.size import sized

DueBy = Annotated[date | None, strawberry.argument(description="Due on this day or before; left out: all.")]


@strawberry.type
class Query:
    @strawberry.field(
        description="Cases about accounts in scope, or those in a state, oldest first.",
        directives=needs(queries.case_page),
    )
    async def cases(
        self,
        info: Info,
        state: CaseState | None = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Case]:
        request = asked_page(first, after, last, before)
        page = await queries.case_page(info.context.viewer, request, state=state)
        return connected(page, Case.of, lambda row: row.id)

    @strawberry.field(
        description="What the caller is to do and has not done, oldest first.", directives=needs(queries.my_tasks)
    )
    async def my_tasks(
        self,
        info: Info,
        due_by: DueBy = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Task]:
        request = asked_page(first, after, last, before)
        page = await queries.my_tasks(info.context.viewer, request, due_by=due_by)
        return connected(page, Task.of, lambda row: row.id)

    @strawberry.field(
        description="Who may be assigned what concerns the account: the first 200 by name.",
        directives=[*needs(assignee.assignable), *sized(200)],
    )
    async def assignees(self, info: Info, account_id: strawberry.ID) -> list[Assignee]:
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        return [Assignee.of(each) for each in await assignee.assignable(info.context.viewer, identifier)]


_contact = shown(queries.contacts, Contact)
_case = shown(queries.cases, Case)
_task = shown(queries.tasks, Task)
_calendar_event = shown(queries.calendar_events, CalendarEvent)
_email = shown(queries.emails, Email)


@strawberry.type
class Mutation:
    create_contact = mutation(
        create_contact,
        input_type=CreateContactInput,
        result=Contact,
        request_of=new_contact,
        answer=_contact,
    )
    update_contact = mutation(
        update_contact,
        input_type=UpdateContactInput,
        result=Contact,
        request_of=contact_anew,
        answer=_contact,
    )
    remove_contact = mutation(
        remove_contact,
        input_type=RemoveContactInput,
        result=Contact,
        request_of=removal,
        answer=_contact,
    )
    open_case = mutation(open_case, input_type=OpenCaseInput, result=Case, request_of=new_case, answer=_case)
    update_case = mutation(update_case, input_type=UpdateCaseInput, result=Case, request_of=case_anew, answer=_case)
    move_case = mutation(move_case, input_type=MoveCaseInput, result=Case, request_of=case_move, answer=_case)
    comment_on_case = mutation(
        comment_on_case,
        input_type=CommentOnCaseInput,
        result=Case,
        request_of=comment,
        answer=_case,
    )
    relate_to_case = mutation(
        relate_to_case,
        input_type=RelateToCaseInput,
        result=Case,
        request_of=relation,
        answer=_case,
    )
    create_task = mutation(create_task, input_type=CreateTaskInput, result=Task, request_of=new_task, answer=_task)
    update_task = mutation(update_task, input_type=UpdateTaskInput, result=Task, request_of=task_anew, answer=_task)
    complete_task = mutation(
        complete_task,
        input_type=CompleteTaskInput,
        result=Task,
        request_of=completion,
        answer=_task,
    )
    create_calendar_event = mutation(
        create_calendar_event,
        input_type=CreateCalendarEventInput,
        result=CalendarEvent,
        request_of=new_calendar_event,
        answer=_calendar_event,
    )
    update_calendar_event = mutation(
        update_calendar_event,
        input_type=UpdateCalendarEventInput,
        result=CalendarEvent,
        request_of=calendar_event_anew,
        answer=_calendar_event,
    )
    record_email = mutation(
        record_email,
        input_type=RecordEmailInput,
        result=Email,
        request_of=recorded_email,
        answer=_email,
    )
