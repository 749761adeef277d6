"""Tasks, calendar events and recorded e-mails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.books import Books
from tests.schema.people import member

MINE = "query($dueBy: Date) { myTasks(dueBy: $dueBy) { edges { node { subject account { name } } } } }"
VISIT = {"subject": "Visit", "startsAt": "2026-01-02T09:00:00+01:00", "endsAt": "2026-01-02T10:00:00+01:00"}
MAIL = {
    "direction": "RECEIVED",
    "sender": "carla@x.example",
    "recipients": ["help@cloud.example"],
    "subject": "Cannot sign in",
    "body": "Hello,\r\nit says no.",
    "sentAt": "2026-01-01T00:00:00Z",
}


async def test_my_tasks_are_those_that_i_am_to_do_and_have_not_done(books: Books) -> None:
    """Olga has two tasks, due on the 5th and on the 9th; when the first is done, one is left; Lia's is not hers."""
    (olga, by_olga), (lia, by_lia) = (
        await member(books, "root", "operations"),
        await member(books, "lite", "partner_sales"),
    )
    made = []
    for account, subject, due, who in (
        ("x", "Call back", "2026-01-05", olga),
        ("z", "Send a quote", "2026-01-09", olga),
        ("y", "Greet", "2026-01-05", lia),
        ("y", "Nobody's", "2026-01-05", None),
    ):
        given = {"accountId": books.ids[account], "subject": subject, "dueOn": due, "assigneeId": who}
        made.append((await books.make("createTask", given))["id"])

    async def mine(viewer: Any, due_by: str | None = None) -> list[str]:
        found = await books.data(MINE, viewer=viewer, dueBy=due_by)
        return [edge["node"]["subject"] for edge in found["myTasks"]["edges"]]

    assert await mine(by_olga) == ["Call back", "Send a quote"]
    assert [await mine(by_olga, day) for day in ("2026-01-04", "2026-01-05")] == [[], ["Call back"]]
    assert (await mine(by_lia), await mine(books.staff)) == (["Greet"], [])
    done = await books.make("completeTask", {"taskId": made[0]}, show="... on Task { doneAt }")
    assert done["doneAt"] == "2026-01-01T00:00:00Z"
    assert await mine(by_olga) == ["Send a quote"]
    for mutation, given in (
        ("completeTask", {"taskId": made[0]}),
        ("updateTask", {"taskId": made[0], "subject": "Call", "dueOn": "2026-01-06"}),
    ):
        refusal = await books.call(mutation, given)
        assert (refusal["code"], refusal["path"]) == ("WRONG_STATE", ["taskId"])


async def test_a_task_is_written_anew_and_handed_over(books: Books) -> None:
    (olga, _), (lia, by_lia) = await member(books, "root", "operations"), await member(books, "lite", "partner_sales")
    given = {"accountId": books.ids["x"], "subject": "Call back", "dueOn": "2026-01-05", "assigneeId": olga}
    task = (await books.make("createTask", given))["id"]
    anew = {"taskId": task, "subject": "Call again", "dueOn": "2026-02-28", "assigneeId": lia}
    show = "... on Task { subject dueOn assignee { name } }"
    changed = await books.make("updateTask", anew, show=show)
    assert [changed[name] for name in ("subject", "dueOn", "assignee")] == [
        *("Call again", "2026-02-28", {"name": "Partner of Lite"}),
    ]
    assert len((await books.data(MINE, viewer=by_lia))["myTasks"]["edges"]) == 1
    refusal = await books.call("updateTask", {**anew, "subject": ""})
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["subject"])


async def test_a_person_below_does_not_see_the_name_of_who_is_assigned_above(books: Books) -> None:
    """The task is about X and so Lite sees it; Olga is Cloud's, and is nobody to Lite."""
    olga, _ = await member(books, "root", "operations")
    given = {"accountId": books.ids["x"], "subject": "Call back", "dueOn": "2026-01-05", "assigneeId": olga}
    task = (await books.make("createTask", given))["id"]
    query = "query($id: ID!) { node(id: $id) { ... on Task { subject assignee { name } } } }"
    assert (await books.data(query, id=task))["node"]["assignee"] == {"name": "Operations of Root"}
    seen = await books.data(query, viewer=books.as_role("partner_sales", "lite"), id=task)
    assert seen["node"] == {"subject": "Call back", "assignee": None}


async def test_a_calendar_event_is_noted_and_moved(books: Books) -> None:
    given = {"accountId": books.ids["x"], **VISIT, "place": "Kade 1", "attendees": "Carla\nDora"}
    show = "... on CalendarEvent { subject startsAt endsAt place attendees }"
    event = await books.make("createCalendarEvent", given, show=show)
    assert (event["startsAt"], event["attendees"]) == ("2026-01-02T08:00:00Z", "Carla\nDora")
    later = {"startsAt": "2026-01-03T08:00:00Z", "endsAt": "2026-01-03T09:30:00Z"}
    anew = {"calendarEventId": event["id"], "subject": "Visit", **later}
    moved = await books.make("updateCalendarEvent", anew, show=show)
    assert {name: moved[name] for name in (*later, "place")} == {**later, "place": ""}
    for start, end in (
        ("2026-01-03T08:00:00Z", "2026-01-03T08:00:00Z"),
        ("2026-01-03T09:00:00Z", "2026-01-02T08:00:00Z"),
    ):
        late = await books.call("updateCalendarEvent", {**anew, "startsAt": start, "endsAt": end})
        assert (late["code"], late["path"]) == ("INVALID_INPUT", ["endsAt"])


async def test_every_problem_of_a_calendar_event_is_told_at_once(books: Books) -> None:
    given = {"accountId": books.ids["x"], **VISIT, "subject": " ", "endsAt": VISIT["startsAt"]}
    refusal = await books.call("createCalendarEvent", {**given, "place": "a\nb", "attendees": "c\n" * 101 + "d"})
    assert [each["path"] for each in refusal["problems"]] == [["subject"], ["endsAt"], ["place"], ["attendees"]]


async def test_an_email_is_recorded_as_it_went(books: Books) -> None:
    show = "... on Email { direction sender recipients subject body sentAt createdBy account { name } }"
    mail = await books.make("recordEmail", {"accountId": books.ids["x"], **MAIL}, show=show)
    assert {name: mail[name] for name in MAIL} == {**MAIL, "body": "Hello,\nit says no."}
    assert mail["account"] == {"name": "X"}
    query = "query($id: ID!) { node(id: $id) { ... on Account { emails { edges { node { subject } } } } } }"
    found = (await books.data(query, id=books.ids["x"]))["node"]["emails"]["edges"]
    assert found == [{"node": {"subject": "Cannot sign in"}}]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"sender": "carla"}, ["sender"]),
        ({"sender": "carla @x.example"}, ["sender"]),
        ({"recipients": []}, ["recipients"]),
        ({"recipients": ["a@b.example"] * 101}, ["recipients"]),
        ({"recipients": ["a@b.example", "@"]}, ["recipients", "1"]),
        ({"subject": "a\nb"}, ["subject"]),
        ({"body": "a\x00b"}, ["body"]),
        ({"body": "a\x1bb"}, ["body"]),
        ({"sentAt": "2026-01-01T00:00:01Z"}, ["sentAt"]),
    ],
)
async def test_what_is_no_email_is_refused(books: Books, given: dict[str, Any], path: list[str]) -> None:
    """A mail of the next second was not sent yet: it is midnight of the first of January."""
    refusal = await books.call("recordEmail", {"accountId": books.ids["x"], **MAIL, **given})
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)
