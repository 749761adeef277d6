"""Whoever can write past every guard cannot do so unseen: the first bad position is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.audit.verify import LONGEST_UNSEALED
from bss.refusal import PermissionDenied
from tests.audit.books import OPENED, Books

NAMES = ("A", "B", "C", "D", "E")
"""With the opening of the organisation, a chain of six."""
GONE, OTHER = "its entry is gone, and later ones are there", "its entry is not the one that was sealed there"
ENDS, NOT_LAST = "the chain ends before it, and went on to 6", "its entry is not the last one that was sealed"
BEYOND = "its entry is beyond the end of the chain"
_COPY = (
    "INSERT INTO audit (id, organisation_id, path, actor_id, actor_name, operation, object_id, input_digest,"
    " recorded_at, position, link) SELECT gen_random_uuid(), organisation_id, path, actor_id, actor_name, operation,"
    " object_id, input_digest, recorded_at, {position}, link FROM audit WHERE position = 6"
)


async def test_a_chain_that_nobody_touched_holds(books: Books) -> None:
    chain = await books.sealed(*NAMES)
    verified = await books.verified()
    assert (verified.holds.position, verified.holds.link) == (6, chain[-1].link)
    assert (verified.waiting, verified.broken) == (0, None)


async def test_an_organisation_without_a_chain_has_nothing_wrong_yet(books: Books) -> None:
    verified = await books.verified()
    assert (verified.holds.position, verified.waiting, verified.broken) == (0, 1, None)


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'Eve'",
        "actor_id = gen_random_uuid()",
        "operation = 'updateAccount'",
        "object_id = gen_random_uuid()",
        "input_digest = 'x'",
        "idempotency_key = 'x'",
        "acting_as = gen_random_uuid()",
        "acting_as_name = 'Eve'",
        "recorded_at = recorded_at - interval '1 millisecond'",
        "link = 'x'",
        "id = gen_random_uuid()",
    ],
)
async def test_an_edited_row_is_named_by_its_position(books: Books, change: str) -> None:
    await books.sealed(*NAMES)
    await books.tampered(f"UPDATE audit SET {change} WHERE position = 3")
    broken = (await books.verified()).broken
    assert broken is not None
    assert (broken.position, broken.says) == (3, OTHER)


@pytest.mark.parametrize(
    ("statements", "position", "says"),
    [
        pytest.param(("DELETE FROM audit WHERE position = 3",), 3, GONE, id="deleted"),
        pytest.param(("DELETE FROM audit WHERE position = 1",), 1, GONE, id="the first one deleted"),
        pytest.param(("DELETE FROM audit WHERE position IN (2, 5)",), 2, GONE, id="two deleted"),
        pytest.param(("DELETE FROM audit WHERE position > 4",), 5, ENDS, id="truncated"),
        pytest.param(("DELETE FROM audit",), 1, ENDS, id="emptied"),
        pytest.param(
            (
                "UPDATE audit SET position = 9 WHERE position = 2",
                "UPDATE audit SET position = 2 WHERE position = 4",
                "UPDATE audit SET position = 4 WHERE position = 9",
            ),
            *(2, OTHER),
            id="swapped",
        ),
        pytest.param(
            (
                "CREATE TEMP TABLE kept AS SELECT * FROM audit WHERE position IN (2, 4)",
                "UPDATE audit SET link = kept.link FROM kept WHERE audit.position = 6 - kept.position",
            ),
            *(2, OTHER),
            id="links swapped",
        ),
        pytest.param(("UPDATE audit SET position = NULL, link = NULL WHERE position = 3",), 3, GONE, id="unsealed"),
        pytest.param(
            ("DELETE FROM audit WHERE position = 6", "UPDATE audit_chain SET position = 5"), 5, NOT_LAST, id="rewound"
        ),
        pytest.param(("UPDATE audit_chain SET link = 'x'",), 6, NOT_LAST, id="another head"),
        pytest.param(("DELETE FROM audit_chain",), 1, BEYOND, id="no head"),
        pytest.param((_COPY.format(position=7),), 7, BEYOND, id="put behind the end"),
        pytest.param(
            ("DELETE FROM audit WHERE position = 6", _COPY.format(position=6).replace("= 6", "= 5")),
            *(6, OTHER),
            id="replaced",
        ),
    ],
)
async def test_what_is_not_as_it_was_sealed_is_named(
    books: Books, statements: tuple[str, ...], position: int, says: str
) -> None:
    await books.sealed(*NAMES)
    await books.tampered(*statements)
    broken = (await books.verified()).broken
    assert broken is not None
    assert (broken.position, broken.says) == (position, says)


async def test_an_entry_that_nobody_seals_is_named_after_an_hour(books: Books) -> None:
    await books.sealed("A")
    await books.account("B", now=OPENED)
    assert (await books.verified(OPENED + LONGEST_UNSEALED)).broken is None
    verified = await books.verified(OPENED + LONGEST_UNSEALED + timedelta(seconds=1))
    assert verified.broken is not None
    assert (verified.broken.position, verified.waiting) == (3, 1)
    assert verified.broken.says == "an entry has waited to be sealed there since 2026-01-01 00:00Z"
    assert verified.broken.entry_id == (await books.waiting())[0].id


async def test_a_long_chain_is_read_in_parts(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bss.audit.verify._ROWS", 2)
    await books.sealed(*NAMES)
    assert (await books.verified()).holds.position == 6
    await books.tampered("DELETE FROM audit WHERE position IN (3, 4)")
    broken = (await books.verified()).broken
    assert broken is not None
    assert broken.position == 3


async def test_who_sees_a_part_cannot_verify_the_whole(books: Books) -> None:
    lite = await books.account("Lite")
    await books.sealed()
    below = books.viewer.__class__(
        *(books.viewer.actor_id, "below", books.viewer.organisation_id),
        *(f"{books.viewer.path}{lite}.", books.viewer.permissions),
    )
    with pytest.raises(PermissionDenied):
        await Books(books.server, books.name, below, books.root_id).verified()
