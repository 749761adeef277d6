"""The bytes of messages, batches and answers: what is read, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest

from bss.canonical import canonical, digest
from sync.batch import (
    Answer,
    RefusedByPeer,
    Result,
    Verdict,
    answer_bytes,
    batch_bytes,
    read_answer,
    read_batch,
    refusal_bytes,
)
from sync.link import Side
from sync.message import HALF, WRITER, BadDigest, BadShape, Half, Message, Subject

KEY, PAIR = UUID(int=1), UUID(int=2)
MESSAGE = Message(KEY, Side.RESELLER, 1, 7, Subject.ACCOUNT, PAIR, 3, {"name": "X", "quantity": "1.5"})


def event(**change: object) -> dict[str, Any]:
    """The message as an object, changed and sealed again."""
    [written] = orjson.loads(batch_bytes(KEY, Side.RESELLER, (MESSAGE,)))["messages"]
    changed = {name: value for name, value in {**written, **change}.items() if name != "digest"}
    return {**changed, "digest": digest(changed)}


def batch(*events: object) -> bytes:
    return orjson.dumps({"link_key": str(KEY), "from_side": "reseller", "messages": events})


def test_a_message_is_a_cloud_event() -> None:
    written = event()
    assert {name: written[name] for name in ("specversion", "source", "type", "subject", "sequence", "version")} == {
        "specversion": "1.0",
        "source": f"urn:bss:link:{KEY}:reseller",
        "type": "bss.account.desired",
        "subject": str(PAIR),
        "sequence": 7,
        "version": 3,
    }


def test_what_was_written_is_read() -> None:
    assert read_batch(batch_bytes(KEY, Side.RESELLER, (MESSAGE,)), KEY, Side.RESELLER) == (MESSAGE,)


def test_the_id_is_the_same_for_a_copy_and_another_for_the_next_sequence() -> None:
    again = Message(KEY, Side.RESELLER, 1, 8, Subject.ACCOUNT, PAIR, 3, MESSAGE.data)
    assert MESSAGE.id == Message(KEY, Side.RESELLER, 1, 7, Subject.USAGE, PAIR, 9, {}).id
    assert again.id != MESSAGE.id


def test_an_unknown_attribute_and_unknown_data_are_covered_by_the_digest_and_mean_nothing() -> None:
    data = {"name": "X", "quantity": "1.5", "colour": "red"}
    [read] = read_batch(batch(event(traceparent="00-1", data=data)), KEY, Side.RESELLER)
    assert read.data["colour"] == "red"
    changed = {**event(traceparent="00-1"), "traceparent": "00-2"}
    with pytest.raises(BadDigest):
        read_batch(batch(changed), KEY, Side.RESELLER)


def test_any_changed_letter_of_the_data_is_found() -> None:
    body = batch_bytes(KEY, Side.RESELLER, (MESSAGE,))
    with pytest.raises(BadDigest):
        read_batch(body.replace(b'"1.5"', b'"9.5"'), KEY, Side.RESELLER)


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "2.0"},
        {"type": "bss.account.observed"},
        {"type": "bss.invoice.desired"},
        {"source": f"urn:bss:link:{KEY}:distributor"},
        {"sequence": 8},
        {"version": 0},
        {"version": "3"},
        {"epoch": True},
        {"data": []},
        {"subject": "nobody"},
    ],
)
def test_a_message_that_is_sealed_but_not_ours_is_refused(change: dict[str, object]) -> None:
    body = batch(event(**change))
    with pytest.raises(BadShape):
        read_batch(body, KEY, Side.RESELLER)


def test_a_binary_fraction_is_refused_because_it_cannot_be_sealed() -> None:
    with pytest.raises(BadShape, match="sent as strings"):
        read_batch(batch({**event(), "data": {"quantity": 1.5}}), KEY, Side.RESELLER)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"messages": []}', batch(1), batch(None)])
def test_what_is_no_batch_of_this_link_is_refused(body: bytes) -> None:
    with pytest.raises(BadShape):
        read_batch(body, KEY, Side.RESELLER)


def test_a_batch_from_the_other_side_or_another_link_is_refused() -> None:
    body = batch_bytes(KEY, Side.RESELLER, (MESSAGE,))
    for key, side in ((KEY, Side.DISTRIBUTOR), (PAIR, Side.RESELLER)):
        with pytest.raises(BadShape):
            read_batch(body, key, side)


def test_an_answer_is_read_only_when_it_is_whole_and_to_this_batch() -> None:
    answer = Answer((Result(7, Verdict.ACCEPTED), Result(8, Verdict.REFUSED, "PRICE_MISSING", "No price.")), 8)
    body = answer_bytes(answer)
    assert read_answer(body, (7, 8)) == answer
    assert read_answer(body, (7, 8)).results[1].reason == "PRICE_MISSING: No price."
    with pytest.raises(BadShape):
        read_answer(body, (7, 9))
    with pytest.raises(BadDigest):
        read_answer(body.replace(b'"accepted"', b'"refused"'), (7, 8))
    with pytest.raises(BadShape):
        read_answer(canonical({"digest": digest({})}), (7, 8))


def test_a_refused_batch_says_why() -> None:
    with pytest.raises(RefusedByPeer, match="SYNC_BAD_DIGEST: Damaged"):
        read_answer(refusal_bytes(BadDigest("Damaged.")), (7,))


def test_every_subject_has_a_half_and_every_half_has_one_writer() -> None:
    assert set(HALF) == set(Subject)
    assert set(WRITER) == set(Half)
    assert set(WRITER.values()) == set(Side)
