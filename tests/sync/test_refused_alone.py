"""One message that cannot be taken, or not even be sent, holds up no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bss.identifier import uuid7
from bss.transaction.begin import Transaction, begin
from sync import receive
from sync.batch import Verdict
from sync.link import Link
from sync.message import Message, Subject
from sync.outbound import put
from sync.transport import TransportTrouble
from tests.sync.channel import Channel
from tests.sync.test_receiving import Recorder, next_word
from tests.sync.test_refusals import origin
from tests.sync.usage import record_hour

ROWS = "SELECT subject || ' ' || state AS row FROM outbound ORDER BY id"
DEEP = '{"a":' * 400 + "{}" + "}" * 400

QUARTERLY = {"length": 3, "unit": "month", "anchor": "calendar"}


async def poison(channel: Channel, body: str) -> None:
    """The newest row of the reseller's outbox holds something that nobody can read."""
    with channel.resell.database.bound():
        async with begin(channel.resell.viewer) as tx:
            link_id, pair_id = channel.resell.link_id, uuid7()
            await put(tx, link_id, Subject.ACCOUNT, pair_id, 1, {}, now=channel.now)
            await tx.connection.execute("UPDATE outbound SET body = $2 WHERE pair_id = $1", pair_id, body.encode())


@pytest.mark.parametrize("body", [DEEP, "0.5", '{"a":0.5}', f'{{"a":"{"x" * 8_000_000}"}}'], ids=["a", "b", "c", "d"])
async def test_what_cannot_be_encoded_is_parked_and_the_link_goes_on(channel: Channel, body: str) -> None:
    await channel.sell("Z", 5)
    channel.network.cut = True
    await poison(channel, body)
    await channel.attend()
    await channel.network.heal()
    await channel.settle()
    assert sorted(await channel.rows(channel.resell, ROWS, "row")) == [
        "account acknowledged",
        "account parked",
        "subscription acknowledged",
    ]
    assert len(await channel.mirrors()) == 1
    received = await channel.rows(channel.cloud, "SELECT received_through FROM link", "received_through")
    assert received == ["2"]


async def refused_then(channel: Channel, *bad: Mapping[str, Any]) -> list[str | None]:
    """What becomes of these changed words about a subscription; a good one follows and must be accepted."""
    recorder = Recorder(channel)
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    known = recorder.last(Subject.SUBSCRIPTION)
    words = [next_word(known, step, 5) for step in range(1, len(bad) + 1)]
    words = [replace(word, data={**word.data, **change}) for word, change in zip(words, bad, strict=True)]
    answer = await recorder.send(*words, next_word(known, len(bad) + 1, 7))
    *refused, accepted = answer.results
    assert accepted.verdict is Verdict.ACCEPTED
    assert (await channel.mirror_of(origin_id)).quantity == 7
    assert {result.verdict for result in refused} == {Verdict.REFUSED}
    return [result.code for result in refused]


async def test_out_of_bounds_words_are_refused_one_by_one(channel: Channel) -> None:
    codes = await refused_then(
        channel, {"quantity": "NaN"}, {"starts_at": "9999-12-31T23:59:59Z"}, {"cycle": QUARTERLY}, {"timeline": 5}
    )
    assert codes == ["SYNC_BAD_SHAPE", "SYNC_BAD_SHAPE", "SYNC_CYCLE_DIFFERS", "SYNC_BAD_SHAPE"]


@pytest.mark.parametrize(
    "fault", [ValueError("x"), OverflowError("x"), TypeError("x"), asyncpg.ProgramLimitExceededError("x")], ids=repr
)
async def test_a_fault_of_the_content_is_a_refusal_of_that_message(
    channel: Channel, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on_renewal_off(fault, monkeypatch)
    assert await refused_then(channel, {"renews_automatically": False}) == ["SYNC_NOT_STORABLE"]


@pytest.mark.parametrize("fault", [asyncpg.DeadlockDetectedError("x"), ConnectionError("x")], ids=repr)
async def test_a_fault_of_the_moment_stays_trouble(
    channel: Channel, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on_renewal_off(fault, monkeypatch)
    with pytest.raises(TransportTrouble):
        await refused_then(channel, {"renews_automatically": False})


def fail_on_renewal_off(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Applying a subscription that does not renew raises the fault, after it has written."""
    applied = receive.APPLY[Subject.SUBSCRIPTION]

    async def failing(tx: Transaction, link: Link, message: Message, now: Any) -> UUID | None:
        written = await applied(tx, link, message, now)
        if message.data["renews_automatically"] is False:
            raise fault
        return written

    monkeypatch.setitem(receive.APPLY, Subject.SUBSCRIPTION, failing)


async def test_a_mirrored_account_stands_where_its_kind_may_and_not_too_deep(channel: Channel) -> None:
    """Cloud, Cloud Resell and fourteen lite resellers are sixteen; the next one would be the seventeenth."""
    recorder = Recorder(channel)
    await channel.sell("Z", 5)
    await channel.settle()
    known = recorder.last(Subject.ACCOUNT)

    def account(step: int, kind: str, parent: UUID | None) -> Message:
        data = {**known.data, "kind": kind, "parent_pair_id": None if parent is None else str(parent)}
        return replace(known, sequence=100 + step, version=1, pair_id=UUID(int=step), data=data)

    [reseller, below_customer] = (
        await recorder.send(account(50, "reseller", None), account(51, "customer", known.pair_id))
    ).results
    assert {reseller.code, below_customer.code} == {"SYNC_ACCOUNT_MISPLACED"}
    chain = [account(step, "lite_reseller", UUID(int=step - 1) if step > 1 else None) for step in range(1, 16)]
    results = (await recorder.send(*chain)).results
    assert [result.code for result in results] == [None] * 14 + ["SYNC_ACCOUNT_MISPLACED"]
    became = replace(account(60, "customer", None), pair_id=UUID(int=1), version=2)
    assert (await recorder.send(became)).results[0].code == "SYNC_ACCOUNT_KIND_CHANGED"


async def test_usage_that_nobody_can_have_measured_never_reaches_the_reseller(channel: Channel) -> None:
    recorder = Recorder(channel)
    machine = await channel.sell("X", 1, "machine")
    await channel.settle()
    await record_hour(channel, machine, 0, vcpus=4)
    await channel.settle()
    known = recorder.last(Subject.USAGE)
    [hour] = known.data["records"]
    bad = replace(known, sequence=known.sequence + 1, data={"records": [{**hour, "quantity": "NaN", "revision": 2}]})
    good = replace(known, sequence=known.sequence + 2, data={"records": [{**hour, "quantity": "5", "revision": 2}]})
    answer = await recorder.send(bad, good)
    assert [result.code for result in answer.results] == ["SYNC_BAD_SHAPE", None]
    assert await channel.rows(channel.resell, "SELECT quantity::int FROM usage_hour", "quantity") == ["5"]


async def test_an_acceptance_without_a_refusal_clears_the_one_that_stood(channel: Channel) -> None:
    recorder = Recorder(channel)
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    word = recorder.last(Subject.ACCEPTANCE)
    # As if two newer versions were on their way: an answer to what was never sent is refused.
    with channel.resell.database.bound():
        async with begin(channel.resell.viewer) as tx:
            await tx.connection.execute("UPDATE pair SET version = 3 WHERE subject = 'subscription'")
    for step, refusal in ((1, "PRICE_MISSING: no price"), (2, None)):
        data = {**word.data, "desired_version": 1 + step, "refusal": refusal, "provisioned_at": None}
        await recorder.send(replace(word, sequence=word.sequence + step, version=word.version + 2 * step, data=data))
        assert (await origin(channel, origin_id)).refusal == refusal


async def test_an_answer_to_a_version_that_was_never_sent_is_refused(channel: Channel) -> None:
    recorder = Recorder(channel)
    await channel.sell("Z", 5)
    await channel.settle()
    word = recorder.last(Subject.ACCEPTANCE)
    early = replace(
        word, sequence=word.sequence + 1, version=word.version + 2, data={**word.data, "desired_version": 4000}
    )
    (result,) = (await recorder.send(early)).results
    assert (result.verdict, result.code) == (Verdict.REFUSED, "SYNC_PAIR_UNKNOWN")
    known = await channel.rows(channel.resell, "SELECT acknowledged_version FROM pair", "acknowledged_version")
    assert "4000" not in known


@pytest.mark.parametrize("table", ["subscription", "segment", "usage_hour", "usage_event"])
async def test_the_database_refuses_a_quantity_that_is_no_number(channel: Channel, table: str) -> None:
    with channel.cloud.database.bound():
        async with begin(channel.cloud.viewer) as tx:
            checks = await tx.connection.fetch(
                "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint"
                " WHERE contype = 'c' AND conrelid = $1::regclass",
                table,
            )
    [check] = [row["text"] for row in checks if "quantity" in row["text"]]
    assert ">= " in check
    assert "'NaN'" in check
