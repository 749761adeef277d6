"""Two organisations on one link, with a clock that stands still until it is moved, and a wire that can be bad.

Owns: the world of the sync tests, draining events and jobs, and the comparison of both books.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from bss.clock import SetClock
from bss.identifier import uuid7
from bss.jobs.claim import claim, conclude, wait
from bss.jobs.job import Job, JobKind
from bss.organisations import queries as organisations
from bss.outbox.relay import relay
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.subscription import Subscription
from bss.transaction.begin import reading
from bss.transaction.command import Command
from bss.transaction.database import Database
from bss.transaction.page import PageRequest
from sync.capture import (
    await_payment,
    capture_account,
    capture_paid,
    capture_subscription,
    capture_supply,
    capture_usage,
)
from sync.deliver import deliver
from sync.link import Side
from sync.queries import bonds
from sync.transport import InProcessTransport, Transport, TransportTrouble
from tests.sync.books import START, Book, open_cloud, open_resell, open_shop
from workers.reactions import jobs_of

Request = TypeVar("Request")
_MOST_ROUNDS = 300
FATES = ("carry", "carry", "lose request", "lose answer", "repeat", "hold", "release")
"""What becomes of a batch on a bad network; some answer comes back for four of seven."""


@dataclass
class BadNetwork:
    """Loses requests and answers, repeats batches, and holds some back to arrive later, in another order.

    `cut` loses everything. `reach` counts what was really done to batches, by name.
    """

    transport: Transport
    chance: random.Random | None = None
    cut: bool = False
    held: list[tuple[UUID, Side, bytes]] = field(default_factory=list)
    reach: dict[str, int] = field(default_factory=dict)

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        if self.cut:
            raise TransportTrouble("the link is down")
        if self.chance is None:
            return await self.transport.exchange(link_key, to_side, body)
        fate = self.chance.choice(FATES)
        self.reach[fate] = self.reach.get(fate, 0) + 1
        if fate == "hold":
            self.held.append((link_key, to_side, body))
        if fate in ("hold", "lose request"):
            raise TransportTrouble(fate)
        if fate == "release":
            await self._release()
        answer = await self.transport.exchange(link_key, to_side, body)
        if fate == "repeat":
            return await self.transport.exchange(link_key, to_side, body)
        if fate == "lose answer":
            raise TransportTrouble(fate)
        return answer

    async def _release(self) -> None:
        """What was held arrives now, newest first; nobody reads its answers."""
        while self.held:
            await self.transport.exchange(*self.held.pop())

    async def heal(self) -> None:
        """Deliver what is still held, and be good from now on."""
        self.chance = None
        self.cut = False
        await self._release()


class Channel:
    """Both books, and everything that a story does to them."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.link_key = uuid7()
        self.network = BadNetwork(InProcessTransport(self._database_of, clock))
        self.cloud: Book
        self.resell: Book

    @classmethod
    async def opened(cls, cloud: Database, resell: Database) -> Channel:
        channel = cls(SetClock(START))
        channel.cloud = await open_cloud(cloud, channel.link_key)
        channel.resell = await open_resell(resell, channel.link_key, channel.cloud.offerings)
        await channel.settle()
        await open_shop(channel.resell)
        await channel.settle()
        return channel

    def _database_of(self, _link_key: UUID, side: Side) -> Database:
        return (self.resell if side is Side.RESELLER else self.cloud).database

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def move_to_day(self, day: int) -> None:
        """June, at midnight UTC, plus what waiting for a bad network took."""
        self.clock.move_to(max(self.now, START.replace(day=day)))

    async def attend(self) -> None:
        """Do what is due now on both sides, and no more."""
        while True:
            done = 0
            for book in (self.cloud, self.resell):
                with book.database.bound():
                    done += await self._attend(book)
            if not done:
                return

    async def settle(self) -> None:
        """Do all there is to do; when a job was postponed, wait for it by moving the clock."""
        for _ in range(_MOST_ROUNDS):
            await self.attend()
            if not await self._waiting():
                return
            self.clock.move_to(self.now + timedelta(minutes=2))
        raise AssertionError(f"the channel does not come to rest: {await self._waiting()}")

    async def _attend(self, book: Book) -> int:
        done = await relay(book.viewer, jobs_of, now=self.now)
        job = await claim(book.viewer, now=self.now)
        if job is None:
            return done
        try:
            await BODIES[job.kind](self, book, job)
        except TransportTrouble as trouble:
            await wait(book.viewer, job, str(trouble), now=self.now)
        else:
            await conclude(book.viewer, job, now=self.now)
        return done + 1

    async def _waiting(self) -> list[str]:
        found: list[str] = []
        for book in (self.cloud, self.resell):
            due = "SELECT kind FROM job WHERE state IN ('due', 'running') AND kind <> 'sync:await-payment'"
            found += await self.rows(book, due, "kind")
        return found

    async def rows(self, book: Book, select: str, column: str) -> list[str]:
        """A column of the organisation's rows, as text, by its own system viewer."""
        with book.database.bound():
            async with reading(book.viewer) as tx:
                return [str(row[column]) for row in await tx.connection.fetch(select)]

    async def sell(self, account: str, quantity: int, offering: str = "seats") -> UUID:
        """A sale at the reseller, now."""
        request = CreateSubscription(self.resell.accounts[account], self.resell.offerings[offering], Decimal(quantity))
        with self.resell.database.bound():
            return (await create_subscription(self.resell.viewer, request, now=self.now)).object_id

    async def tell(self, command: Command[Request], request: Request) -> UUID:
        """A command at the reseller, now; the id of what it made or changed."""
        with self.resell.database.bound():
            return (await command(self.resell.viewer, request, now=self.now)).object_id

    async def change(self, subscription_id: UUID, quantity: int) -> None:
        request = ChangeQuantity(subscription_id, Decimal(quantity))
        with self.resell.database.bound():
            await change_quantity(self.resell.viewer, request, now=self.now)

    async def cancel(self, subscription_id: UUID) -> None:
        with self.resell.database.bound():
            await cancel_subscription(self.resell.viewer, CancelSubscription(subscription_id), now=self.now)

    async def mirrors(self) -> dict[UUID, Subscription]:
        """The distributor's mirrored subscriptions, by pair."""
        return {pair: found for pair, found in (await self._by_pair(self.cloud)).items() if found.mirrored}

    async def origins(self) -> dict[UUID, Subscription]:
        """The reseller's subscriptions that have crossed, by pair."""
        return await self._by_pair(self.resell)

    async def mirror_of(self, origin_id: UUID) -> Subscription:
        """The one mirror of an origin."""
        pair_id = next(pair for pair, origin in (await self.origins()).items() if origin.id == origin_id)
        return (await self.mirrors())[pair_id]

    async def _by_pair(self, book: Book) -> dict[UUID, Subscription]:
        with book.database.bound():
            found = (await subscriptions.page(book.viewer, PageRequest(first=200))).rows
            bound = await bonds(book.viewer, [each.id for each in found])
        return {bond.pair_id: each for each in found for bond in bound[each.id]}

    async def picture(self, book: Book) -> dict[str, object]:
        """What a book says of the paired subscriptions: the nine fields, the timeline and the accounts above.

        In words that mean the same on both sides: offerings by name of their code, accounts by their names.
        """
        code = {offering_id: code for code, offering_id in book.offerings.items()}
        of_pair = await self._by_pair(book)
        with book.database.bound():
            stretches = await subscriptions.timeline(book.viewer, [each.id for each in of_pair.values()])
            accounts = (await organisations.page(book.viewer, PageRequest(first=200))).rows
        name = {account.path: account.name for account in accounts}
        return {
            str(pair_id): {
                "account": [name[path] for path in _paths(each.path) if name[path] not in ("Cloud", "Cloud Resell")],
                "state": each.state,
                "dates": (each.starts_at, each.ends_at, each.activated_at),
                "renews": each.renews_automatically,
                "product": (code[each.offering_id], each.cycle, each.order_reference),
                "term": (each.term_months, each.term_anchor),
                "quantity": each.quantity,
                "characteristics": each.characteristics,
                "service": (each.provisioned_at, each.removed_at, each.refusal),
                "timeline": [
                    (code[s.offering_id], s.status, s.quantity, s.effective_from, s.effective_to)
                    for s in stretches[each.id]
                ],
            }
            for pair_id, each in of_pair.items()
        }

    async def in_step(self) -> bool:
        """Whether both books say the same."""
        return await self.picture(self.cloud) == await self.picture(self.resell)


def _paths(path: str) -> list[str]:
    labels = path.split(".")[:-1]
    return [".".join(labels[: depth + 1]) + "." for depth in range(len(labels))]


Body = Callable[[Channel, Book, Job], Awaitable[None]]

BODIES: dict[JobKind, Body] = {
    JobKind.SYNC_AWAIT_PAYMENT: lambda c, book, job: await_payment(book.viewer, job.key, now=c.now),
    JobKind.SYNC_CAPTURE_ACCOUNT: lambda c, book, job: capture_account(book.viewer, job.key, now=c.now),
    JobKind.SYNC_CAPTURE_PAID: lambda c, book, job: capture_paid(book.viewer, job.key, now=c.now),
    JobKind.SYNC_CAPTURE_SUBSCRIPTION: lambda c, book, job: capture_subscription(book.viewer, job.key, now=c.now),
    JobKind.SYNC_CAPTURE_SUPPLY: lambda c, book, job: capture_supply(book.viewer, job.key, now=c.now),
    JobKind.SYNC_CAPTURE_USAGE: lambda c, book, job: capture_usage(book.viewer, job.key, now=c.now),
    JobKind.SYNC_DELIVER: lambda c, book, job: deliver(book.viewer, job.key, clock=c.clock, transport=c.network),
}
