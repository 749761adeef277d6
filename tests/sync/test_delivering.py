"""One relay at a time, nothing open while bytes travel, and no row passed over that commits late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bss.transaction.begin import begin
from sync.deliver import LEASE, LinkBusy, deliver
from sync.link import Side
from sync.message import Subject
from sync.outbound import put
from tests.sync.channel import Channel

SEQUENCES = "SELECT subject || ' ' || sequence || ' ' || state AS row FROM outbound ORDER BY sequence"


class Watched:
    """A transport that does something of the test's before it carries on."""

    def __init__(self, channel: Channel, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._carried = channel.network.transport
        self._meanwhile = meanwhile

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        await self._meanwhile()
        return await self._carried.exchange(link_key, to_side, body)


async def deliver_from_resell(channel: Channel, meanwhile: Callable[[], Awaitable[None]]) -> None:
    resell = channel.resell
    with resell.database.bound():
        await deliver(resell.viewer, str(resell.link_id), clock=channel.clock, transport=Watched(channel, meanwhile))


async def nothing() -> None:
    return None


async def sold_but_not_sent(channel: Channel) -> UUID:
    channel.network.cut = True
    origin_id = await channel.sell("Z", 5)
    await channel.attend()
    channel.network.cut = False
    return origin_id


async def test_a_second_relay_finds_the_link_busy_and_sends_nothing(channel: Channel) -> None:
    await sold_but_not_sent(channel)
    second = 0

    async def meanwhile() -> None:
        nonlocal second
        with pytest.raises(LinkBusy):
            await deliver_from_resell(channel, nothing)
        second += 1

    await deliver_from_resell(channel, meanwhile)
    assert second == 1
    assert await channel.rows(channel.resell, SEQUENCES, "row") == [
        "account 1 acknowledged",
        "subscription 2 acknowledged",
    ]


async def test_no_transaction_is_open_while_bytes_travel(channel: Channel) -> None:
    """`begin` refuses to nest, and a lock that the relay still held would make this update wait for ever."""
    await sold_but_not_sent(channel)

    async def meanwhile() -> None:
        async with begin(channel.resell.viewer) as tx:
            await tx.connection.execute("SET LOCAL lock_timeout = '1s'")
            await tx.connection.execute("SELECT FROM link FOR UPDATE")
            await tx.connection.execute("SELECT FROM outbound FOR UPDATE")

    await deliver_from_resell(channel, meanwhile)


async def test_a_relay_that_died_is_replaced_after_its_lease_with_the_same_sequences(channel: Channel) -> None:
    await sold_but_not_sent(channel)

    async def die() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await deliver_from_resell(channel, die)
    with pytest.raises(LinkBusy):
        await deliver_from_resell(channel, nothing)
    channel.clock.move_to(channel.now + LEASE + timedelta(seconds=1))
    await deliver_from_resell(channel, nothing)
    assert await channel.rows(channel.resell, SEQUENCES, "row") == [
        "account 1 acknowledged",
        "subscription 2 acknowledged",
    ]


async def test_a_row_that_commits_after_a_younger_one_was_sent_is_not_passed_over(channel: Channel) -> None:
    await channel.sell("Z", 5)
    await channel.settle()
    account = UUID(
        (await channel.rows(channel.resell, "SELECT pair_id FROM pair WHERE subject = 'account'", "pair_id"))[0]
    )
    data = {"kind": "customer", "name": "Zed", "accounting_number": "", "email": "", "billing_address": ""}
    with channel.resell.database.bound():
        async with begin(channel.resell.viewer) as tx:
            late = {**data, "parent_pair_id": None}
            await put(tx, channel.resell.link_id, Subject.ACCOUNT, account, 2, late, now=channel.now)
            await asyncio.create_task(younger(channel), context=Context())
    await deliver_from_resell(channel, nothing)
    assert "account 4 acknowledged" in await channel.rows(channel.resell, SEQUENCES, "row")
    names = await channel.rows(channel.cloud, "SELECT name FROM account WHERE mirrored", "name")
    assert names == ["Zed"]


async def younger(channel: Channel) -> None:
    """Another sale, captured and sent while the older row is not committed."""
    await channel.sell("Z", 6)
    await channel.settle()


async def test_every_batch_takes_a_lease_of_its_own(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches of one message with half a minute each: the second lease begins when the second batch does."""
    monkeypatch.setattr("sync.deliver.MOST_MESSAGES", 1)
    await sold_but_not_sent(channel)
    leases: list[float] = []

    async def meanwhile() -> None:
        (until,) = await channel.rows(channel.resell, "SELECT lease_until FROM link", "lease_until")
        leases.append((datetime.fromisoformat(until) - channel.now).total_seconds())
        channel.clock.move_to(channel.now + LEASE / 2)

    await deliver_from_resell(channel, meanwhile)
    assert leases == [LEASE.total_seconds()] * 2
