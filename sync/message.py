"""A message: the full state of one half of one pair, at a version.

Owns: the five subjects, who writes each, and the bytes: a CloudEvents 1.0 JSON object in canonical form, with a
digest of all that it says. Does not own: what the data mean (`sync.desired`, `sync.observed`), the batch that
carries it (`sync.batch`), or storing it.

Attributes and data that a reader does not know are covered by the digest, stay in the message, and mean nothing
to it: an older reader takes from a newer writer what it understands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from bss.canonical import digest, plain
from bss.identifier import derived
from bss.refusal import Refusal
from sync.bounds import MOST_WHOLE
from sync.link import Side

MOST_LEVELS = 32
"""Of objects and lists in what is sent: far above every document, far below what a reader's stack can take."""
_SPECIFICATION = "1.0"


class Half(StrEnum):
    """Each pair is two documents with one writer each."""

    DESIRED = "desired"
    OBSERVED = "observed"


class Subject(StrEnum):
    """What a message is about, in the order in which a batch carries them: what others need comes first."""

    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"
    ACCEPTANCE = "acceptance"
    SUPPLY = "supply"
    USAGE = "usage"


HALF: dict[Subject, Half] = {
    Subject.ACCOUNT: Half.DESIRED,
    Subject.SUBSCRIPTION: Half.DESIRED,
    Subject.ACCEPTANCE: Half.OBSERVED,
    Subject.SUPPLY: Half.OBSERVED,
    Subject.USAGE: Half.OBSERVED,
}
WRITER: dict[Half, Side] = {Half.DESIRED: Side.RESELLER, Half.OBSERVED: Side.DISTRIBUTOR}
"""One truth per field: the only side that may write each half."""


class BadShape(Refusal):
    code = "SYNC_BAD_SHAPE"
    meaning = "A message of the other organisation lacks a field or has one that cannot be read; nothing was applied."


class BadDigest(Refusal):
    code = "SYNC_BAD_DIGEST"
    meaning = "A message of the other organisation does not match its digest; nothing was applied."


@dataclass(frozen=True)
class Message:
    """One message of a link. `sequence` counts the sender's messages; `version` counts the states of the subject.

    `data` is JSON-ready; its shape depends on the subject.
    """

    link_key: UUID
    from_side: Side
    epoch: int
    sequence: int
    subject: Subject
    pair_id: UUID
    version: int
    data: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        """The same for every copy of the message, and another one when the state is sent anew."""
        return derived("message", self.link_key, self.from_side, self.epoch, self.sequence)

    @property
    def half(self) -> Half:
        return HALF[self.subject]


def encoded(message: Message) -> dict[str, Any]:
    """The message as a CloudEvents object with its digest, JSON-ready.

    Raises `BadShape`, or `TypeError` for a value without a canonical form, when no peer could read it.
    """
    _refuse_deep({"data": message.data})
    event = {
        "specversion": _SPECIFICATION,
        "id": str(message.id),
        "source": source(message.link_key, message.from_side),
        "type": f"bss.{message.subject}.{message.half}",
        "subject": str(message.pair_id),
        "datacontenttype": "application/json",
        "epoch": message.epoch,
        "sequence": message.sequence,
        "version": message.version,
        "data": plain(message.data),
    }
    return {**event, "digest": digest(event)}


def decoded(event: object, link_key: UUID, from_side: Side) -> Message:
    """The message in a CloudEvents object that a side of a link sent. Raises `BadShape` or `BadDigest`."""
    if not isinstance(event, dict):
        raise BadShape("A message is not an object.")
    verify(event)
    message = _message(event, link_key, from_side)
    if event["id"] != str(message.id):
        raise BadShape(f"The message {event['id']} does not have the id of its source and sequence.")
    return message


def verify(signed: Mapping[str, Any]) -> None:
    """Check an object from the peer against the digest that it carries. Raises `BadShape` or `BadDigest`."""
    _refuse_deep(signed)
    try:
        found = digest({name: value for name, value in signed.items() if name != "digest"})
    except TypeError as binary_fraction:
        raise BadShape("Numbers with a fraction or of more than 64 bits are sent as strings.") from binary_fraction
    if found != signed.get("digest"):
        raise BadDigest("What was received does not match its digest.")


def source(link_key: UUID, side: Side) -> str:
    """The CloudEvents source of what a side of a link sends."""
    return f"urn:bss:link:{link_key}:{side}"


def _refuse_deep(sent: object) -> None:
    """Raise `BadShape` when the data go too deep; looks no deeper than that itself."""
    level: list[object] = [sent]
    for _ in range(MOST_LEVELS):
        level = [part for each in level for part in _parts(each)]
    if any(isinstance(each, (Mapping, list, tuple)) for each in level):
        raise BadShape(f"A message goes at most {MOST_LEVELS} levels deep.")


def _parts(value: object) -> Collection[object]:
    match value:
        case Mapping():
            return value.values()
        case list() | tuple():
            return value
    return ()


def _message(event: dict[str, Any], link_key: UUID, from_side: Side) -> Message:
    try:
        prefix, name, half = event["type"].split(".")
        subject = Subject(name)
        numbers = tuple(event[name] for name in ("epoch", "sequence", "version"))
        data = event["data"]
        pair_id = UUID(event["subject"])
        told = (event["specversion"], event["source"], prefix, half)
    except (KeyError, ValueError, AttributeError, TypeError) as unreadable:
        raise BadShape(f"A message cannot be read: {unreadable!r}.") from unreadable
    if told != (_SPECIFICATION, source(link_key, from_side), "bss", HALF[subject]):
        raise BadShape("A message has another specification, source or half than its batch says.")
    if not isinstance(data, dict) or not all(type(number) is int and 1 <= number <= MOST_WHOLE for number in numbers):
        raise BadShape("A message needs data, and an epoch, a sequence and a version that count from 1.")
    epoch, sequence, version = numbers
    return Message(link_key, from_side, epoch, sequence, subject, pair_id, version, data)
