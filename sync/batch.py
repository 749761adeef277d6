"""A batch of messages, and the answer to it: what travels over a transport as bytes.

Owns: both envelopes and their digests. Does not own: one message (`sync.message`), or how bytes travel
(`sync.transport`).

A batch is read wholly before anything of it is applied: one message that is damaged on the way refuses the batch,
and the sender sends it again. A message that is read and cannot be accepted gets a result of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from bss.canonical import canonical, digest
from bss.refusal import Refusal
from sync.bounds import UNREADABLE, optional, shown, truth, unreadable, whole
from sync.link import Side
from sync.message import BadShape, Message, decoded, encoded, verify

MOST_BYTES, MOST_MESSAGES = 8_000_000, 1000
"""Of one batch, as it travels."""


class Verdict(StrEnum):
    """What the receiver made of a message.

    ACCEPTED: applied. STALE: a newer version was there. REFUSED: the receiver's rules forbid it, for a person to
    see. GAP: it needs another message that has not arrived: send it again later.
    """

    ACCEPTED = "accepted"
    STALE = "stale"
    REFUSED = "refused"
    GAP = "gap"


@dataclass(frozen=True)
class Result:
    """What became of one message. `repeated`: it had arrived before, and this is what was answered then."""

    sequence: int
    verdict: Verdict
    code: str | None = None
    message: str | None = None
    repeated: bool = False

    @property
    def reason(self) -> str | None:
        """Code and message of a refusal, as people see it."""
        return None if self.code is None else f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Answer:
    """The results in the order of the messages, and the receiver's contiguous high-water mark."""

    results: tuple[Result, ...]
    high_water: int


class RefusedByPeer(Refusal):
    code = "SYNC_REFUSED_BY_PEER"
    meaning = "The other organisation refused a whole batch; it is sent again later."


def batch_bytes(link_key: UUID, from_side: Side, messages: Iterable[Message]) -> bytes:
    """The bytes of a batch."""
    events = [encoded(message) for message in messages]
    return canonical({"link_key": link_key, "from_side": from_side, "messages": events})


def read_batch(body: bytes, link_key: UUID, from_side: Side) -> tuple[Message, ...]:
    """The messages of a batch that this side of this link must have sent. Raises `BadShape` or `BadDigest`."""
    if len(body) > MOST_BYTES:
        raise BadShape(f"A batch has at most {MOST_BYTES} bytes, not {len(body)}.")
    envelope = _object(body)
    if (envelope.get("link_key"), envelope.get("from_side")) != (str(link_key), from_side.value):
        raise BadShape(f"The batch is not from the {from_side} of the link {link_key}.")
    events = envelope.get("messages")
    if not isinstance(events, list) or len(events) > MOST_MESSAGES:
        raise BadShape(f"A batch needs a list of at most {MOST_MESSAGES} messages.")
    return tuple(decoded(event, link_key, from_side) for event in events)


def answer_bytes(answer: Answer) -> bytes:
    """The bytes of an answer."""
    return _sealed({"results": answer.results, "high_water": answer.high_water})


def refusal_bytes(refusal: Refusal) -> bytes:
    """The bytes that refuse a whole batch: nothing of it was applied."""
    return _sealed({"refused": {"code": refusal.code, "message": refusal.message}})


def read_answer(body: bytes, sequences: Iterable[int]) -> Answer:
    """The answer to the messages with these sequences.

    Raises `RefusedByPeer` when the batch was refused, `BadShape` or `BadDigest` when the answer cannot be trusted.
    """
    envelope = _object(body)
    verify(envelope)
    try:
        if "refused" in envelope:
            raise RefusedByPeer(shown(f"{envelope['refused']['code']}: {envelope['refused']['message']}"))
        answer = Answer(tuple(_result(found) for found in envelope["results"]), whole(envelope["high_water"]))
    except UNREADABLE as fault:
        raise BadShape(unreadable("An answer", fault)) from fault
    if [result.sequence for result in answer.results] != list(sequences):
        raise BadShape("The answer is to another batch.")
    return answer


def _result(found: dict[str, Any]) -> Result:
    code, message = optional(shown, found["code"]), optional(shown, found["message"])
    return Result(whole(found["sequence"]), Verdict(found["verdict"]), code, message, truth(found["repeated"]))


def _sealed(envelope: dict[str, object]) -> bytes:
    return canonical({**envelope, "digest": digest(envelope)})


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as unreadable:
        raise BadShape("This is not JSON.") from unreadable
    if not isinstance(found, dict):
        raise BadShape("This is not an object.")
    return found
