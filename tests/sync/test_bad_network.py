"""Seeded bad networks: whatever is lost, repeated, held and shuffled, both books end equal."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from sync.status import LinkStatus, link_statuses
from tests.sync.books import Book
from tests.sync.channel import FATES, Channel
from tests.sync.usage import hours, record_hour

SEEDS = range(20)
REACH: Counter[str] = Counter()
"""How often each thing was done to a batch, over all seeds that have run."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bad_network_loses_and_doubles_nothing(channel: Channel, seed: int) -> None:
    chance = random.Random(seed)
    machine = await channel.sell("X", 1, "machine")
    await channel.settle()
    channel.network.chance = random.Random(seed)
    await _story(channel, machine, chance)
    await channel.network.heal()
    await channel.settle()
    sold = await channel.rows(channel.resell, "SELECT id FROM subscription", "id")
    assert sorted(str(origin.id) for origin in (await channel.origins()).values()) == sorted(sold)
    assert len(await channel.mirrors()) == len(sold)
    assert await channel.in_step()
    assert await hours(channel, channel.cloud) == await hours(channel, channel.resell)
    of_cloud, of_resell = [await _at_rest(book) for book in (channel.cloud, channel.resell)]
    assert of_cloud.received_through == of_resell.sent_through
    assert of_resell.received_through == of_cloud.sent_through
    REACH.update(channel.network.reach)


def test_the_networks_really_did_everything_to_batches() -> None:
    if sum(REACH.values()) < 200:
        pytest.skip("only some of the seeds have run")
    assert all(REACH[fate] > 10 for fate in FATES)


async def _story(channel: Channel, machine: UUID, chance: random.Random) -> None:
    """Sales, changes, cancellations and hours of usage, with the network at work in between."""
    origins: list[UUID] = []
    for step in range(10):
        match chance.choice(("sell", "sell", "change", "change", "cancel", "usage", "usage")):
            case "change" if origins:
                await channel.change(chance.choice(origins), step + 10)
            case "cancel" if len(origins) > 2:
                await channel.cancel(origins.pop(0))
            case "usage":
                await record_hour(channel, machine, hour=step % 3, vcpus=step)
            case _:
                origins.append(await channel.sell(chance.choice(("X", "Z")), step + 1))
        if chance.random() < 0.7:
            await channel.attend()
        channel.clock.move_to(channel.now + timedelta(minutes=1))


async def _at_rest(book: Book) -> LinkStatus:
    """The link's status, in which nothing waits and nothing is parked or refused."""
    with book.database.bound():
        [status] = await link_statuses(book.viewer)
    assert (status.pending, status.sent, status.parked, status.refused_pairs) == (0, 0, 0, 0)
    assert status.last_error is None
    return status
