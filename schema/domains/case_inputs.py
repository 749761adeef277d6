"""Inputs of the mutations about cases, and the requests that they become."""

from __future__ import annotations

import strawberry

from bss.identifier import Kind, MalformedId, kind_of, private
from bss.refusal import InvalidInput
from bss.relations import comment_on_case, move_case, open_case, relate_to_case, update_case
from bss.relations.case import CaseVerb, Priority
from bss.relations.relate import Relatable
from schema.node import optional_uuid, uuid_of

_RELATABLE: dict[Kind, Relatable] = {
    Kind.CONTACT: Relatable.CONTACT,
    Kind.CASE: Relatable.CASE,
    Kind.TASK: Relatable.TASK,
    Kind.CALENDAR_EVENT: Relatable.CALENDAR_EVENT,
    Kind.EMAIL: Relatable.EMAIL,
    Kind.DOCUMENT: Relatable.DOCUMENT,
}


@strawberry.input
class OpenCaseInput:
    account_id: strawberry.ID
    subject: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="A membership; see assignees.")


def new_case(given: OpenCaseInput) -> open_case.OpenCase:
    return open_case.OpenCase(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        subject=given.subject,
        description=given.description,
        priority=given.priority,
        assignee_id=optional_uuid(Kind.MEMBERSHIP, given.assignee_id, "assigneeId"),
    )


@strawberry.input(
    description="The case as it is to be: without an assignee it is nobody's, or theirs whom the caller does not see."
)
class UpdateCaseInput:
    case_id: strawberry.ID
    subject: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    assignee_id: strawberry.ID | None = None


def case_anew(given: UpdateCaseInput) -> update_case.UpdateCase:
    return update_case.UpdateCase(
        case_id=uuid_of(Kind.CASE, given.case_id, "caseId"),
        subject=given.subject,
        description=given.description,
        priority=given.priority,
        assignee_id=optional_uuid(Kind.MEMBERSHIP, given.assignee_id, "assigneeId"),
    )


@strawberry.input
class MoveCaseInput:
    case_id: strawberry.ID
    verb: CaseVerb


def case_move(given: MoveCaseInput) -> move_case.MoveCase:
    return move_case.MoveCase(uuid_of(Kind.CASE, given.case_id, "caseId"), given.verb)


@strawberry.input
class CommentOnCaseInput:
    case_id: strawberry.ID
    body: str


def comment(given: CommentOnCaseInput) -> comment_on_case.CommentOnCase:
    return comment_on_case.CommentOnCase(uuid_of(Kind.CASE, given.case_id, "caseId"), given.body)


@strawberry.input
class RelateToCaseInput:
    case_id: strawberry.ID
    related_id: strawberry.ID = strawberry.field(
        description="A contact, task, calendar event, e-mail, document or other case of the same account."
    )


def relation(given: RelateToCaseInput) -> relate_to_case.RelateToCase:
    case_id = uuid_of(Kind.CASE, given.case_id, "caseId")
    try:
        kind = kind_of(given.related_id)
        related_id = private(kind, given.related_id)
    except MalformedId as malformed:
        raise InvalidInput.at("relatedId", str(malformed)) from malformed
    if kind not in _RELATABLE:
        raise InvalidInput.at("relatedId", "A case is not related to things of this kind.")
    return relate_to_case.RelateToCase(case_id, _RELATABLE[kind], related_id)
