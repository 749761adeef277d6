"""What a link says, without a database."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

from bss.audit.chain import after, beginning, followed
from bss.audit.entry import AuditEntry, Entry

ENTRY = Entry(
    id=UUID(int=1),
    actor_id=UUID(int=2),
    actor_name="Ann",
    operation="createAccount",
    object_id=UUID(int=3),
    input_digest="ab",
    idempotency_key=None,
    recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    acting_as=None,
    acting_as_name=None,
)
OTHERWISE = {
    **dict.fromkeys(("id", "actor_id", "object_id", "acting_as"), UUID(int=9)),
    **dict.fromkeys(("actor_name", "operation", "input_digest", "idempotency_key", "acting_as_name"), "x"),
    "recorded_at": datetime(2026, 1, 2, tzinfo=UTC),
}
START = beginning(UUID(int=7))


def test_a_link_says_everything_that_was_recorded() -> None:
    assert set(OTHERWISE) == {field.name for field in fields(Entry)}
    links = {after(START, replace(ENTRY, **{name: value})).link for name, value in OTHERWISE.items()}  # type: ignore[arg-type]
    assert len(links | {after(START, ENTRY).link}) == len(OTHERWISE) + 1


def test_a_link_says_what_was_before_it_and_in_which_organisation() -> None:
    first = after(START, ENTRY)
    assert (first.position, after(first, ENTRY).position) == (1, 2)
    assert len({first.link, after(first, ENTRY).link, after(beginning(UUID(int=8)), ENTRY).link}) == 3


def test_links_that_were_sealed_yesterday_hold_tomorrow() -> None:
    """They are stored: another form of them breaks every chain that there is."""
    assert START.link == "5ff0570c004097aa7be1fe7dd9b83ab241a989204388e3c3d8914f7217e6d3b1"
    assert after(START, ENTRY).link == "53c49e6f13e70ed9a885c1c666259879eece1fa99a06ced1619d635d05581ab7"


def test_the_first_break_is_named_and_no_later_one() -> None:
    first = after(START, ENTRY)
    second = after(first, replace(ENTRY, id=UUID(int=4)))
    third = after(second, replace(ENTRY, id=UUID(int=5)))
    chain = [
        AuditEntry(ENTRY, 1, first.link),
        AuditEntry(replace(ENTRY, id=UUID(int=4)), 2, second.link),
        AuditEntry(replace(ENTRY, id=UUID(int=5)), 3, third.link),
    ]
    assert followed(START, chain) == (third, None)
    edited = [chain[0], replace(chain[1], recorded=ENTRY), replace(chain[2], recorded=ENTRY)]
    head, broken = followed(START, edited)
    assert broken is not None
    assert (head, broken.position, broken.entry_id) == (first, 2, ENTRY.id)
    head, broken = followed(START, [chain[0], chain[2]])
    assert broken is not None
    assert (head, broken.position, broken.entry_id) == (first, 2, None)
