"""How long one waits while others ask too: `python -m bench.load [--seconds N] [--connections N]`.

Two processes serve the API on loopback, one for each of two cores; connections that send the next request when they
have an answer ask for what a portal asks for: four in five read lists, one object, or a part of the hierarchy, and one
in five changes something, with an idempotency key, of which some are sent twice. Every request is authenticated. There
is no limit that could be kept or missed: a table is printed, and what it says depends on the machine.

The client needs a part of the same cores: some 0.05 ms for each request.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from random import Random
from time import perf_counter

import asyncpg

from bench.http import graphql
from bench.http_client import Connection, connected
from bench.http_data import NODE, Asked, fill
from bench.http_routes import serving
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.schema.books import open_books

WARM_UP = 3

SUBSCRIPTIONS = """{ subscriptions(first: 50) { pageInfo { hasNextPage endCursor } edges { node {
  id name state quantity startsAt offering { id name } account { id name } } } } }"""
ACCOUNTS = """{ accounts(first: 50) { pageInfo { hasNextPage endCursor } edges { node {
  id name kind accountingNumber email closedAt } } } }"""
HIERARCHY = """query($under: ID) { channel(under: $under) { id name subscriptionCount
  accounts(first: 20) { edges { node { id name kind subscriptionCount
    subscriptions(first: 10) { edges { node { id name state quantity } } } } } } } }"""
CONTACT = """mutation($input: CreateContactInput!, $key: String!) { createContact(input: $input, idempotencyKey: $key) {
  ... on Contact { id name } ... on Refusal { code message } } }"""

READS = {"page of 50 subscriptions": 25, "page of 50 accounts": 20, "one subscription": 25, "20 accounts of a tree": 10}
NEW, AGAIN = "a contact is added", "the same key again"


@dataclass
class Mix:
    """The requests of the portal, in a random order that is the same in every run."""

    asked: Asked
    run: str

    def requests(self, seed: int) -> Iterator[tuple[str, bytes]]:
        """What it is, and its bytes, without an end."""
        random, numbers, last = Random(seed), count(), b""
        reads = {
            "page of 50 subscriptions": self._ask(SUBSCRIPTIONS),
            "page of 50 accounts": self._ask(ACCOUNTS),
            "one subscription": self._ask(NODE, id=self.asked.subscription),
            "20 accounts of a tree": self._ask(HIERARCHY, under=self.asked.under),
        }
        names, weights = [*READS, NEW, AGAIN], [*READS.values(), 16, 4]
        while True:
            (name,) = random.choices(names, weights)
            if name in reads:
                yield name, reads[name]
                continue
            if name == NEW or not last:
                number = f"{self.run} {seed} {next(numbers)}"
                given = {"accountId": self.asked.under, "name": f"Contact {number}"}
                name, last = NEW, self._ask(CONTACT, input=given, key=number)
            yield name, last

    def _ask(self, document: str, **variables: object) -> bytes:
        return graphql("/graphql", self.asked.token, query=document, variables=variables)


async def asking(
    connection: Connection, requests: Iterator[tuple[str, bytes]], until: float, taken: dict[str, list[float]]
) -> None:
    """Send one request after the other; each answer must be one without an error or a refusal."""
    for name, request in requests:
        started = perf_counter()
        if started > until:
            return
        answer = await connection.answer(request)
        taken[name].append(perf_counter() - started)
        assert not any(each in answer for each in (b'"errors"', b'"code"')), answer[:500]


async def loaded(ports: list[int], mix: Mix, connections: int, seconds: float) -> dict[str, list[float]]:
    """The seconds of all requests, by what they are."""
    taken: dict[str, list[float]] = defaultdict(list)
    opened = [await connected(ports[number % len(ports)]) for number in range(connections)]
    until = perf_counter() + seconds
    await asyncio.gather(*(asking(each, mix.requests(number), until, taken) for number, each in enumerate(opened)))
    for each in opened:
        each.close()
    return taken


def shown(name: str, taken: list[float], seconds: float) -> str:
    """A row of the table."""
    ordered = sorted(taken)
    parts = (ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000 for part in (50, 95, 99))
    p50, p95, p99 = parts
    return f"{name:<28}{len(taken):>9,}{len(taken) / seconds:>11,.0f}{p50:>10.1f}{p95:>10.1f}{p99:>10.1f}"


async def measure(server: Server, connections: int, seconds: int) -> None:
    async with fresh_database(server) as (name, database):
        with database.bound():
            books = await open_books()
            admin = await asyncpg.connect(server.admin(name))
            asked = await fill(admin, books)
            await admin.close()
        with ExitStack() as stack:
            ports = [stack.enter_context(serving(server.addresses(name), b"")).http for _ in range(2)]
            await loaded(ports, Mix(asked, "before"), connections, WARM_UP)
            taken = await loaded(ports, Mix(asked, "measured"), connections, seconds)
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {cores} cores, load {load:.1f}; two processes,", end=" "
    )
    print(f"{connections} connections, {seconds} seconds")
    print(f"{'milliseconds':<28}{'requests':>9}{'a second':>11}{'p50':>10}{'p95':>10}{'p99':>10}")
    for each in (*READS, NEW, AGAIN):
        print(shown(each, taken[each], seconds))
    print(shown("all", [one for some in taken.values() for one in some], seconds))


async def main(connections: int, seconds: int) -> int:
    with postgres() as server:
        await register_models()
        await make_template(server)
        try:
            await measure(server, connections, seconds)
        finally:
            await drop_template(server)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=30, help="how long (default %(default)s)")
    parser.add_argument("--connections", type=int, default=16, help="how many at once (default %(default)s)")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.connections, given.seconds)))
