"""The receiver against senders that repeat, lag behind, damage what they send, or write what is not theirs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
import pytest

from bss.organisations import queries as organisations
from bss.transaction.page import PageRequest
from sync.batch import Answer, RefusedByPeer, Verdict, batch_bytes, read_answer, read_batch
from sync.link import Side
from sync.message import Message, Subject
from tests.sync.channel import Channel


@dataclass
class Recorder:
    """Keeps every message that a side sent, and sends what a test makes of them."""

    channel: Channel
    sent: list[Message] = field(default_factory=list)

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        self.sent += read_batch(body, link_key, to_side.peer)
        return await self.carry(body, to_side)

    async def carry(self, body: bytes, to_side: Side) -> bytes:
        return await self.wire.exchange(self.channel.link_key, to_side, body)

    def __post_init__(self) -> None:
        self.wire, self.channel.network.transport = self.channel.network.transport, self

    async def send(self, *messages: Message) -> Answer:
        """Send these messages as they are, past the outbox."""
        from_side = messages[0].from_side
        answer = await self.carry(batch_bytes(self.channel.link_key, from_side, messages), from_side.peer)
        return read_answer(answer, [message.sequence for message in messages])

    def last(self, subject: Subject) -> Message:
        return next(message for message in reversed(self.sent) if message.subject is subject)


def next_word(message: Message, step: int, quantity: int) -> Message:
    """What the reseller would say `step` messages and versions later, with this quantity from the start on."""
    [segment] = message.data["timeline"]
    data = {**message.data, "quantity": str(quantity), "timeline": [{**segment, "quantity": str(quantity)}]}
    return replace(message, sequence=message.sequence + step, version=message.version + step, data=data)


@pytest.fixture
def recorder(channel: Channel) -> Recorder:
    return Recorder(channel)


async def test_a_repeated_message_gets_the_first_answer_and_changes_nothing(
    channel: Channel, recorder: Recorder
) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    before = await channel.mirror_of(origin_id)
    answer = await recorder.send(*(message for message in recorder.sent if message.from_side is Side.RESELLER))
    assert [(result.verdict, result.repeated) for result in answer.results] == [(Verdict.ACCEPTED, True)] * 2
    assert await channel.mirror_of(origin_id) == before


async def test_of_twenty_copies_at_once_one_is_applied(channel: Channel, recorder: Recorder) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    fresh = next_word(recorder.last(Subject.SUBSCRIPTION), 1, 7)
    answers = await asyncio.gather(*(recorder.send(fresh) for _ in range(20)))
    assert sorted(result.repeated for answer in answers for result in answer.results) == [False] + [True] * 19
    mirror = await channel.mirror_of(origin_id)
    assert (int(mirror.quantity), mirror.version) == (7, 2)


async def test_an_older_version_that_arrives_late_is_stale(channel: Channel, recorder: Recorder) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    old = recorder.last(Subject.SUBSCRIPTION)
    await channel.change(origin_id, 8)
    await channel.settle()
    late = replace(old, sequence=recorder.last(Subject.SUBSCRIPTION).sequence + 1)
    [result] = (await recorder.send(late)).results
    assert result.verdict is Verdict.STALE
    assert (await channel.mirror_of(origin_id)).quantity == 8


async def test_a_hole_shows_in_the_high_water_mark_and_closes(channel: Channel, recorder: Recorder) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    last = recorder.last(Subject.SUBSCRIPTION)
    second, third = next_word(last, 1, 6), next_word(last, 2, 7)
    assert (await recorder.send(third)).high_water == last.sequence
    assert (await channel.mirror_of(origin_id)).quantity == 7
    closing = await recorder.send(second)
    assert closing.high_water == last.sequence + 2
    assert closing.results[0].verdict is Verdict.STALE
    assert (await channel.mirror_of(origin_id)).quantity == 7


async def test_a_subscription_that_comes_before_its_account_is_asked_for_again(
    channel: Channel, recorder: Recorder
) -> None:
    await channel.sell("Z", 5)
    await channel.settle()
    known = recorder.last(Subject.SUBSCRIPTION)
    orphan = replace(
        known,
        sequence=known.sequence + 1,
        pair_id=UUID(int=5),
        data={**known.data, "account_pair_id": str(UUID(int=6))},
    )
    for _ in range(2):
        [result] = (await recorder.send(orphan)).results
        assert (result.verdict, result.repeated) == (Verdict.GAP, False)
    account = replace(recorder.last(Subject.ACCOUNT), sequence=known.sequence + 2, pair_id=UUID(int=6), version=1)
    account = replace(account, data={**account.data, "name": "New"})
    both = await recorder.send(account, orphan)
    assert [result.verdict for result in both.results] == [Verdict.ACCEPTED, Verdict.ACCEPTED]


async def test_a_damaged_batch_is_refused_whole_and_nothing_of_it_is_applied(
    channel: Channel, recorder: Recorder
) -> None:
    await channel.sell("Z", 5)
    await channel.settle()
    known = recorder.last(Subject.ACCOUNT)
    renamed = [
        replace(known, sequence=known.sequence + step, version=step, data={**known.data, "name": f"Name {step}"})
        for step in (10, 11)
    ]
    body = batch_bytes(channel.link_key, Side.RESELLER, renamed).replace(b"Name 11", b"Name 12")
    with pytest.raises(RefusedByPeer, match="SYNC_BAD_DIGEST"):
        read_answer(await recorder.carry(body, Side.DISTRIBUTOR), (0,))
    with channel.cloud.database.bound():
        accounts = (await organisations.page(channel.cloud.viewer, PageRequest())).rows
    assert "Z" in {account.name for account in accounts}
    assert not any(account.name.startswith("Name") for account in accounts)


@pytest.mark.parametrize(
    ("subject", "from_side"),
    [
        (Subject.ACCOUNT, Side.DISTRIBUTOR),
        (Subject.SUBSCRIPTION, Side.DISTRIBUTOR),
        (Subject.ACCEPTANCE, Side.RESELLER),
        (Subject.SUPPLY, Side.RESELLER),
        (Subject.USAGE, Side.RESELLER),
    ],
)
async def test_neither_side_may_write_the_others_half(
    channel: Channel, recorder: Recorder, subject: Subject, from_side: Side
) -> None:
    await channel.sell("Z", 5)
    await channel.settle()
    before = [await channel.picture(book) for book in (channel.cloud, channel.resell)]
    foreign = Message(channel.link_key, from_side, 1, 1000, subject, UUID(int=5), 9, {})
    [result] = (await recorder.send(foreign)).results
    assert (result.verdict, result.code) == (Verdict.REFUSED, "SYNC_WRONG_SIDE")
    assert [await channel.picture(book) for book in (channel.cloud, channel.resell)] == before


async def test_a_pair_cannot_be_taken_for_an_object_of_another_kind(channel: Channel, recorder: Recorder) -> None:
    await channel.sell("Z", 5)
    await channel.settle()
    account, sold = recorder.last(Subject.ACCOUNT), recorder.last(Subject.SUBSCRIPTION)
    [result] = (await recorder.send(replace(account, sequence=1000, version=9, pair_id=sold.pair_id))).results
    assert (result.verdict, result.code) == (Verdict.REFUSED, "SYNC_PAIR_OF_ANOTHER")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "-1"}, "SYNC_BAD_SHAPE"),
        ({"order_reference": "a\u0000b"}, "SYNC_BAD_SHAPE"),
        ({"cycle": {"length": 2, "unit": "month", "anchor": "calendar"}}, "SYNC_CYCLE_DIFFERS"),
        ({"quantity": "many"}, "SYNC_BAD_SHAPE"),
        ({"state": "broken"}, "SYNC_BAD_SHAPE"),
        ({"offering_id": str(UUID(int=9))}, "SYNC_OFFERING_UNKNOWN"),
    ],
)
async def test_what_does_not_fit_is_refused_and_holds_up_nothing_else(
    channel: Channel, recorder: Recorder, change: dict[str, Any], code: str
) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    known = recorder.last(Subject.SUBSCRIPTION)
    unfit = replace(known, sequence=known.sequence + 1, version=2, data={**known.data, **change})
    good = replace(known, sequence=known.sequence + 2, version=3, data={**known.data, "renews_automatically": False})
    answer = await recorder.send(unfit, good)
    assert [(result.verdict, result.code) for result in answer.results] == [
        (Verdict.REFUSED, code),
        (Verdict.ACCEPTED, None),
    ]
    assert (await channel.mirror_of(origin_id)).renews_automatically is False


async def test_a_link_that_nobody_joined_is_refused(recorder: Recorder, channel: Channel) -> None:
    body = orjson.dumps({})
    with pytest.raises(RefusedByPeer, match="SYNC_UNKNOWN_LINK"):
        read_answer(await recorder.wire.exchange(UUID(int=9), Side.DISTRIBUTOR, body), ())
