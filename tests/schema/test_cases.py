"""Cases: opened, assigned, moved, commented, and related to what they are about."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from bss.identifier import Kind, private, public, uuid7
from bss.transaction.begin import begin
from tests.schema.books import Books
from tests.schema.people import member

MIDNIGHT = "2026-01-01T00:00:00Z"
SHOWN = "... on Case { subject priority state createdBy account { name } assignee { id name role } }"
STATES = "query($state: CaseState) { cases(state: $state) { edges { node { id } } } }"
TOLD = "query($id: ID!) { node(id: $id) { ... on Case { comments { edges { node { body createdBy } } } } } }"
ABOUT = (
    "query($id: ID!) { node(id: $id) { ... on Case { contacts { edges { node { id } } } tasks { edges { node { id } } }"
    " calendarEvents { edges { node { id } } } emails { edges { node { id } } } documents { edges { node { id } } }"
    " relatedCases { edges { node { id } } } } } }"
)


async def opened(books: Books, account: str = "x", **more: Any) -> str:
    given = {"accountId": books.ids[account], "subject": "Cannot sign in", **more}
    return str((await books.make("openCase", given))["id"])


async def related(books: Books, case: str) -> dict[str, list[str]]:
    """What a case is about, by field, without what is empty."""
    found = (await books.data(ABOUT, id=case))["node"]
    return {name: [edge["node"]["id"] for edge in each["edges"]] for name, each in found.items() if each["edges"]}


async def test_the_life_of_a_case(books: Books) -> None:
    """Open, in progress, resolved, closed, and open again; what is not the next step is refused by name."""
    case = await books.make("openCase", {"accountId": books.ids["x"], "subject": "Cannot sign in"}, show=SHOWN)
    assert (case["state"], case["priority"], case["assignee"]) == ("OPEN", "NORMAL", None)
    assert case["account"] == {"name": "X"}
    for verb, state in (
        ("START", "IN_PROGRESS"),
        ("RESOLVE", "RESOLVED"),
        ("CLOSE", "CLOSED"),
        ("REOPEN", "OPEN"),
    ):
        assert (await books.make("moveCase", {"caseId": case["id"], "verb": verb}, show=SHOWN))["state"] == state
    early = await books.call("moveCase", {"caseId": case["id"], "verb": "CLOSE"})
    assert (early["code"], early["path"]) == ("WRONG_STATE", ["verb"])
    assert early["message"] == "One cannot close a case that is open."


async def test_a_closed_case_is_reopened_before_it_is_changed(books: Books) -> None:
    case = await opened(books)
    anew = {"caseId": case, "subject": "Cannot sign in at all", "priority": "URGENT"}
    changed = await books.make("updateCase", anew, show=SHOWN)
    assert (changed["subject"], changed["priority"]) == ("Cannot sign in at all", "URGENT")
    for verb in ("START", "RESOLVE", "CLOSE"):
        await books.make("moveCase", {"caseId": case, "verb": verb})
    refusal = await books.call("updateCase", anew)
    assert (refusal["code"], refusal["path"]) == ("WRONG_STATE", ["caseId"])


async def test_cases_are_listed_by_state(books: Books) -> None:
    first, second = await opened(books), await opened(books, "z")
    await books.make("moveCase", {"caseId": second, "verb": "START"})
    for state, expected in ((None, [first, second]), ("OPEN", [first]), ("IN_PROGRESS", [second]), ("CLOSED", [])):
        found = await books.data(STATES, state=state)
        assert [edge["node"]["id"] for edge in found["cases"]["edges"]] == expected
    seen = await books.data(STATES, viewer=books.as_role("partner_sales", "lite"))
    assert [edge["node"]["id"] for edge in seen["cases"]["edges"]] == [first]


async def test_comments_stay_as_they_were_said(books: Books) -> None:
    case = await opened(books)
    await books.make("commentOnCase", {"caseId": case, "body": "They called.\r\n\tTwice."})
    await books.make("commentOnCase", {"caseId": case, "body": "Solved."})
    comments = (await books.data(TOLD, id=case))["node"]["comments"]["edges"]
    assert [edge["node"]["body"] for edge in comments] == ["They called.\n\tTwice.", "Solved."]
    for statement in ("UPDATE case_comment SET body = ''", "DELETE FROM case_comment"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with begin(books.staff) as tx:
                await tx.connection.execute(statement)
    for body in (" \n ", "a\x07b", "a" * 100_001):
        refusal = await books.call("commentOnCase", {"caseId": case, "body": body})
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["body"])


async def test_a_case_is_assigned_to_who_sees_it(books: Books) -> None:
    """Olga of operations sees all, Lia of Lite sees X; Xenia of X may not see what is noted, and Zoe is of Z."""
    (olga, _), (lia, lite) = await member(books, "root", "operations"), await member(books, "lite", "partner_sales")
    (xenia, _), (zoe, _) = await member(books, "x", "billing_viewer"), await member(books, "z", "support")
    query = "query($accountId: ID!) { assignees(accountId: $accountId) { id name role } }"
    fit = (await books.data(query, accountId=books.ids["x"]))["assignees"]
    assert {each["name"]: each["id"] for each in fit if each["name"] != "Ann"} == {
        "Operations of Root": olga,
        "Partner of Lite": lia,
    }
    case = await opened(books, assigneeId=olga)
    anew = {"caseId": case, "subject": "Cannot sign in"}
    assigned = await books.make("updateCase", {**anew, "assigneeId": lia}, show=SHOWN)
    assert assigned["assignee"] == {"id": lia, "name": "Partner of Lite", "role": "partner_sales"}
    for unfit in (xenia, zoe):
        refusal = await books.call("updateCase", {**anew, "assigneeId": unfit})
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["assigneeId"])
    nowhere = public(Kind.MEMBERSHIP, uuid7())
    for unseen in (olga, nowhere):
        refusal = await books.call("updateCase", {**anew, "assigneeId": unseen}, viewer=lite)
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["assigneeId"])
    assert (await books.make("updateCase", anew, show=SHOWN))["assignee"] is None
    await books.make("updateCase", {**anew, "assigneeId": olga})
    await books.call("updateCase", {**anew, "priority": "HIGH"}, viewer=lite)
    query = "query($id: ID!) { node(id: $id) { ... on Case { priority assignee { name } } } }"
    kept = (await books.data(query, id=case))["node"]
    assert kept == {"priority": "HIGH", "assignee": {"name": "Operations of Root"}}  # whom the partner does not see
    await books.call("updateCase", {**anew, "assigneeId": lia}, viewer=lite)
    assert (await books.data(query, id=case))["node"]["assignee"] == {"name": "Partner of Lite"}
    await books.call("updateCase", anew, viewer=lite)
    assert (await books.data(query, id=case))["node"]["assignee"] is None


async def made(books: Books, account: str = "x", **more: Any) -> dict[str, str]:
    """One record of each kind that needs no file, by the field of a case that lists it."""
    at = {"accountId": books.ids[account]}
    hour = {"startsAt": "2026-01-02T09:00:00Z", "endsAt": "2026-01-02T10:00:00Z"}
    mail = {
        "direction": "SENT",
        "sender": "a@cloud.example",
        "recipients": ["b@x.example"],
        "sentAt": "2026-01-01T00:00:00Z",
    }
    task = {"subject": "Call back", "dueOn": "2026-01-05"}
    return {
        "tasks": (await books.make("createTask", {**at, **task, **more}))["id"],
        "calendarEvents": (await books.make("createCalendarEvent", {**at, **hour, "subject": "Visit", **more}))["id"],
        "emails": (await books.make("recordEmail", {**at, **mail, **more}))["id"],
    }


async def test_whatever_is_noted_about_the_account_is_related_to_its_case(books: Books) -> None:
    """Some from the start, others later; two cases are related from either side."""
    case, other = await opened(books), await opened(books)
    from_the_start = await made(books, caseId=case)
    assert await related(books, case) == {name: [each] for name, each in from_the_start.items()}
    contact = (await books.make("createContact", {"accountId": books.ids["x"], "name": "Carla"}))["id"]
    later = {**await made(books), "contacts": contact, "relatedCases": case}
    for each in later.values():
        await books.make("relateToCase", {"caseId": other, "relatedId": each})
    assert await related(books, other) == {name: [each] for name, each in later.items()}
    assert (await related(books, case))["relatedCases"] == [other]
    for one, two in ((other, later["tasks"]), (other, case), (case, other)):
        refusal = await books.call("relateToCase", {"caseId": one, "relatedId": two})
        assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["relatedId"])


async def test_a_case_is_related_to_things_of_its_account_only(books: Books) -> None:
    case, of_z = await opened(books), (await made(books, "z"))["emails"]
    for path, code, identifier in (
        ("relatedId", "INVALID_INPUT", of_z),
        ("relatedId", "INVALID_INPUT", case),
        ("relatedId", "INVALID_INPUT", books.ids["of x"]),
        ("relatedId", "INVALID_INPUT", "tsk_"),
        ("relatedId", "NOT_FOUND", public(Kind.TASK, uuid7())),
    ):
        refusal = await books.call("relateToCase", {"caseId": case, "relatedId": identifier})
        assert (refusal["code"], refusal["path"]) == (code, [path]), identifier
    lite = books.as_role("partner_sales", "lite")
    unseen = await books.call("relateToCase", {"caseId": case, "relatedId": of_z}, viewer=lite)
    assert (unseen["code"], unseen["path"]) == ("NOT_FOUND", ["relatedId"])
    given = {"accountId": books.ids["z"], "subject": "Call", "dueOn": "2026-01-05", "caseId": case}
    refusal = await books.call("createTask", given)
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["caseId"])
    assert await related(books, case) == {}


async def test_raw_sql_cannot_relate_a_case_to_nothing_or_to_two_things(books: Books) -> None:
    case = private(Kind.CASE, await opened(books))
    made_ = await made(books)
    for task, email in ((None, None), (made_["tasks"], made_["emails"])):
        with pytest.raises(asyncpg.CheckViolationError):
            async with begin(books.staff) as tx:
                await tx.connection.execute(
                    "INSERT INTO case_relation (id, organisation_id, path, case_id, task_id, email_id, created_at,"
                    " created_by) VALUES ($1, $2, $3, $4, $5, $6, now(), '')",
                    *(uuid7(), tx.organisation_id, books.path("x"), case),
                    *(task and private(Kind.TASK, task), email and private(Kind.EMAIL, email)),
                )
