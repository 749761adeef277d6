"""Readings of what is noted about accounts; each takes a viewer, and what lies outside its scope does not exist.

Of every kind there are three questions: these records by id; a page for each of these accounts; a page for each of
these cases. Each is one statement.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound
from bss.relations.case import Case, CaseState
from bss.relations.document import DocumentFile
from bss.relations.rows import (
    CALENDAR_EVENTS,
    CASES,
    COMMENTS,
    CONTACTS,
    DOCUMENTS,
    EMAILS,
    TASKS,
    Rows,
)
from bss.relations.task import Task
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged, paged_by
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

Value = TypeVar("Value")
ById = Callable[[Viewer, Collection[UUID]], Awaitable[dict[UUID, Value]]]
_RELATIONS = "SELECT case_id, {column} AS related_id FROM case_relation WHERE organisation_id = $1"
_OTHER_CASES = (
    "SELECT case_id, account_case_id AS related_id FROM case_relation WHERE organisation_id = $1"
    " UNION ALL SELECT account_case_id, case_id FROM case_relation WHERE organisation_id = $1"
)
PageOfEach = Callable[[Viewer, Collection[UUID], PageRequest], Awaitable[Mapping[UUID, Page[Value]]]]


async def one(viewer: Viewer, rows: Rows[Value], identifier: UUID, *, path: Iterable[str] = ()) -> Value:
    """The record. Raises `NotFound` with the input's `path` when it is not in the viewer's scope."""
    found = await _among(viewer, rows, (identifier,))
    if not found:
        raise NotFound(rows.noun, path)
    return found[identifier]


@requires(Permission.RELATION_VIEW)
async def _among(viewer: Viewer, rows: Rows[Value], identifiers: Collection[UUID]) -> dict[UUID, Value]:
    async with reading(viewer) as tx:
        found = await tx.connection.fetch(
            f"{rows.in_scope} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(identifiers))
        )
    return {row["id"]: rows.value_of(row) for row in found}


def _by_id(rows: Rows[Value]) -> ById[Value]:
    @requires(Permission.RELATION_VIEW)
    async def many(viewer: Viewer, identifiers: Collection[UUID]) -> dict[UUID, Value]:
        return await _among(viewer, rows, identifiers)

    return many


def _page_of_each(rows: Rows[Value], select: str, owner: str) -> PageOfEach[Value]:
    @requires(Permission.RELATION_VIEW)
    async def pages(viewer: Viewer, owners: Collection[UUID], request: PageRequest) -> Mapping[UUID, Page[Value]]:
        arguments = (viewer.organisation_id, viewer.path)
        return await paged_by(viewer, select, arguments, owners, owner, request, rows.value_of)

    return pages


def _of_accounts(rows: Rows[Value]) -> PageOfEach[Value]:
    return _page_of_each(rows, f"{rows.in_scope} AND {rows.present}", "account_id")


def _of_cases(rows: Rows[Value]) -> PageOfEach[Value]:
    relations = _RELATIONS.format(column=f"{rows.table}_id")
    return _page_of_each(rows, rows.of_cases(relations), "case_id")


contacts = _by_id(CONTACTS)
contacts_of_accounts = _of_accounts(CONTACTS)
contacts_of_cases = _of_cases(CONTACTS)
cases = _by_id(CASES)
cases_of_accounts = _of_accounts(CASES)
cases_of_cases = _page_of_each(CASES, CASES.of_cases(_OTHER_CASES), "case_id")
comments_of_cases = _page_of_each(COMMENTS, COMMENTS.in_scope, "case_id")
tasks = _by_id(TASKS)
tasks_of_accounts = _of_accounts(TASKS)
tasks_of_cases = _of_cases(TASKS)
calendar_events = _by_id(CALENDAR_EVENTS)
calendar_events_of_accounts = _of_accounts(CALENDAR_EVENTS)
calendar_events_of_cases = _of_cases(CALENDAR_EVENTS)
emails = _by_id(EMAILS)
emails_of_accounts = _of_accounts(EMAILS)
emails_of_cases = _of_cases(EMAILS)
documents = _by_id(DOCUMENTS)
documents_of_accounts = _of_accounts(DOCUMENTS)
documents_of_cases = _of_cases(DOCUMENTS)


@requires(Permission.RELATION_VIEW)
async def case_page(viewer: Viewer, request: PageRequest, *, state: CaseState | None = None) -> Page[Case]:
    """The cases in the viewer's scope, or those in a state, oldest first."""
    select = f"{CASES.in_scope} AND ($3::text IS NULL OR state = $3)"
    arguments = (viewer.organisation_id, viewer.path, None if state is None else state.value)
    return await paged(viewer, select, arguments, request, CASES.value_of)


@requires(Permission.RELATION_VIEW)
async def my_tasks(viewer: Viewer, request: PageRequest, *, due_by: date | None = None) -> Page[Task]:
    """What the viewer is to do and has not done: all of it, or what is due on this day or before, oldest first."""
    select = (
        f"{TASKS.in_scope} AND done_at IS NULL AND ($4::date IS NULL OR due_on <= $4)"
        " AND assignee_id IN (SELECT m.id FROM membership m WHERE m.organisation_id = $1 AND m.person_id = $3)"
    )
    arguments = (viewer.organisation_id, viewer.path, viewer.actor_id, due_by)
    return await paged(viewer, select, arguments, request, TASKS.value_of)


async def document_file(viewer: Viewer, document_id: UUID) -> DocumentFile:
    """The document with its bytes. Raises `NotFound`."""
    document = await one(viewer, DOCUMENTS, document_id)
    async with reading(viewer) as tx:
        content = await tx.connection.fetchval(
            f"SELECT content FROM document_content WHERE {IN_SCOPE} AND document_id = $3",
            *(viewer.organisation_id, viewer.path, document_id),
        )
    return DocumentFile(document, content)
