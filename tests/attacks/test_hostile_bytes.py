"""API10: what others send is damaged at every place and in every way: it is refused by name, or means what it meant.

Every case is drawn from a seed, so that one that fails fails again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bss.metering.column_mapping import VM_SAMPLES
from bss.metering.csv_file import import_csv
from bss.refusal import InvalidInput
from bss.relations.media_type import MediaType, content_problem
from bss.transaction.database import Database
from sync.batch import Answer, RefusedByPeer, Result, Verdict, answer_bytes, batch_bytes, read_answer, read_batch
from sync.link import Side
from sync.message import BadDigest, BadShape
from tests.metering.books import NOW, open_books
from tests.schema.files import KEPT
from tests.sync.test_message import KEY, MESSAGE

SEED = 20260401
DAMAGES: list[Callable[[random.Random, bytes], bytes]] = [
    lambda draw, body: body[: draw.randrange(len(body))],
    lambda draw, body: body[draw.randrange(len(body)) :],
    lambda draw, body: _replaced(body, draw.randrange(len(body)), bytes([draw.randrange(256)])),
    lambda draw, body: _replaced(body, draw.randrange(len(body)), b""),
    lambda draw, body: _replaced(body, draw.randrange(len(body)), draw.choice(HOSTILE)),
    lambda draw, body: body.replace(draw.choice(VALUES), draw.choice(HOSTILE)),
]
VALUES = (b'"1.5"', b'"X"', b"7", b"3", b"null", b"{", b"[", b'"', b":", b"1")
HOSTILE = (
    *(b"null", b"true", b"[]", b"{}", b"-1", b"1e999", b"NaN", b"1.5", b"9" * 20, b'"\\u0000"', b"\xff\xfe"),
    *(b"[" * 2000, b'"' + b"9" * 5000 + b'"', b'{"__class__": "x"}', b'"\\ud800"', b",", b'"', b"}", b"\n\n"),
)


def _replaced(body: bytes, at: int, what: bytes) -> bytes:
    return body[:at] + what + body[at + 1 :]


def damaged(body: bytes, times: int) -> list[bytes]:
    draw = random.Random(SEED)
    found = {draw.choice(DAMAGES)(draw, body) for _ in range(times)} - {body}
    assert len(found) > times // 3
    return sorted(found)


def test_a_damaged_batch_is_refused_or_means_what_it_meant() -> None:
    refused = 0
    for body in damaged(batch_bytes(KEY, Side.RESELLER, (MESSAGE,)), 6000):
        try:
            assert read_batch(body, KEY, Side.RESELLER) in ((MESSAGE,), ()), body
        except (BadShape, BadDigest):
            refused += 1
    assert refused > 1000


def test_a_damaged_answer_is_refused_or_means_what_it_meant() -> None:
    answer = Answer((Result(7, Verdict.ACCEPTED), Result(8, Verdict.REFUSED, "PRICE_MISSING", "No price.")), 8)
    refused = 0
    for body in damaged(answer_bytes(answer), 6000):
        try:
            assert read_answer(body, (7, 8)) == answer, body
        except (BadShape, BadDigest, RefusedByPeer):
            refused += 1
    assert refused > 1000


async def test_a_damaged_file_of_usage_is_refused_whole(database: Database, tmp_path: Path) -> None:
    """Or it is a file of other usage, which no reader could tell; it is never a fault."""
    books = await open_books("cloud", subscriptions=1)
    whole = b"vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz\n" + b"".join(
        b"vm-1,2026-01-01T00:%02d:00Z,300000,4,158.004\n" % minute for minute in range(5, 60, 5)
    )
    path = tmp_path / "samples.csv"
    refused = []
    for number, body in enumerate(damaged(whole, 240)):
        path.write_bytes(body)
        source, names = f"damaged {number}", {"vm-1": books.subscriptions[0]}
        try:
            await import_csv(books.viewer, path, VM_SAMPLES, names, source, now=NOW, progress=lambda _: None)
        except InvalidInput as refusal:
            refused.append(refusal)
    assert len(refused) > 80
    assert all(each.problems for each in refused)


@pytest.mark.parametrize("name", KEPT)
def test_a_damaged_document_is_judged_without_a_fault(name: str) -> None:
    media_type, content = KEPT[name]
    judged = [content_problem(MediaType(media_type.partition(";")[0]), body) for body in damaged(content, 300)]
    assert any(judged)
