"""What the API costs over HTTP, against routes that are written by hand: `python -m bench.http`.

One process serves both on loopback; a client in another takes turns between them, and the medians of all turns are
compared. Small requests are sent by eight connections at once, as many as keep the server busy: what is compared is
what it spends on one. Large ones are sent one after the other: what is compared is how long one waits.
The floor is what a request costs the client and the loopback alone.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
import orjson

from bench.http_client import Connection, connected, prepared, seconds_each
from bench.http_data import FLAT, NESTED, NODE, Asked, fill
from bench.http_routes import ONE, Ports, serving
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.schema.books import open_books

THING = (
    b'{"data":{"thing":{"id":"thing_1","name":"Office seats","code":"seats","state":"ACTIVE","quantity":"12.5",'
    b'"renews":true,"months":12,"startsAt":"2026-01-01T00:00:00Z","endsAt":null,"version":3}},'
    b'"extensions":{"cost":{"requested":1}}}'
)
"""What the query in memory answers with, and the bare route as well."""
TURNS = 15


@dataclass(frozen=True)
class Compared:
    """Two requests for the same, and how many times as long the first may take as the second."""

    name: str
    ours: bytes
    theirs: bytes
    limit: float | None
    count: int
    at_once: int = 8
    same: Callable[[Any, Any], bool] | None = None
    """Whether two answers say the same."""


def graphql(path: str, token: str = "", **body: object) -> bytes:
    return prepared(path, orjson.dumps(body), token)


def comparisons(asked: Asked) -> list[Compared]:
    """Every promise about speed over HTTP."""
    bare = prepared("/by-hand/bytes", b"{}")
    named = {"documentId": "0" * 64}
    under = {"under": asked.under}

    def by_hand(name: str) -> bytes:
        return prepared(f"/by-hand/{name}?under={asked.under}", token=asked.token)

    def small(name: str, ours: bytes, limit: float | None) -> Compared:
        return Compared(name, ours, bare, limit, 400)

    return [
        small("one object, in memory, anonymous", graphql("/in-memory/nobody", query=ONE), 6.5),
        small("the same as a stored document", graphql("/in-memory/nobody", **named), 3),
        small("the same, authenticated", graphql("/in-memory/somebody", asked.token, query=ONE), 15),
        small(
            "one subscription of the database",
            graphql("/graphql", asked.token, query=NODE, variables={"id": asked.subscription}),
            None,
        ),
        Compared(
            "1,000 subscriptions x 10 fields",
            graphql("/graphql", asked.token, query=FLAT, variables=under),
            by_hand("flat"),
            1.6,
            4,
            1,
            lambda ours, theirs: ours["data"]["subscriptionExport"]["subscriptions"] == theirs,
        ),
        Compared(
            "100 accounts x 10 subscriptions x 10 meters",
            graphql("/graphql", asked.token, query=NESTED, variables=under),
            by_hand("nested"),
            2,
            2,
            1,
            lambda ours, theirs: _without_edges(ours["data"]["channel"]["accounts"]) == theirs,
        ),
    ]


def _without_edges(found: Any) -> Any:
    if isinstance(found, dict) and "edges" in found:
        return [_without_edges(each["node"]) for each in found["edges"]]
    return {key: _without_edges(value) for key, value in found.items()} if isinstance(found, dict) else found


async def compare(connections: Sequence[Connection], each: Compared) -> bool:
    """Take turns, print the medians and their ratio, and tell whether it is within the limit."""
    answers = [await connections[0].answer(request) for request in (each.ours, each.theirs)]
    if each.same is None:
        assert each.limit is None or answers[0] == answers[1], answers[0]
    else:
        assert each.same(*map(orjson.loads, answers)), [answer[:500] for answer in answers]
    used = connections[: each.at_once]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for request, taken in zip((each.ours, each.theirs), times, strict=True):
            taken.append(await seconds_each(used, request, each.count))
    ours, theirs = (median(taken) * 1000 for taken in times)
    kept = each.limit is None or ours <= each.limit * theirs
    verdict = "" if each.limit is None else f"{'kept' if kept else 'missed'}, limit {each.limit:g}"
    print(f"{each.name:<46}{ours:>10.3f}{theirs:>10.3f}{ours / theirs:>8.2f}  {verdict}", flush=True)
    return kept


async def measure(server: Server) -> bool:
    """Fill a database, serve it, and compare."""
    async with fresh_database(server) as (name, database):
        with database.bound():
            books = await open_books()
            admin = await asyncpg.connect(server.admin(name))
            asked = await fill(admin, books)
            await admin.close()
        with serving(server.addresses(name), THING) as ports:
            return await _compared(ports, asked)


async def _compared(ports: Ports, asked: Asked) -> bool:
    connections = [await connected(ports.http) for _ in range(8)]
    floor = [await connected(ports.floor) for _ in range(8)]
    least = median([await seconds_each(floor, prepared("/", b"{}"), 400) for _ in range(TURNS)])
    print(f"load of the machine {os.getloadavg()[0]:.1f}; floor {least * 1000:.3f} ms a request")
    print(f"{'over HTTP, milliseconds':<46}{'GraphQL':>10}{'by hand':>10}{'ratio':>8}  verdict")
    kept = [await compare(connections, each) for each in comparisons(asked)]
    for each in (*connections, *floor):
        each.close()
    return all(kept)


async def main() -> int:
    """1 when a promise is not kept."""
    with postgres() as server:
        await register_models()
        await make_template(server)
        try:
            return 0 if await measure(server) else 1
        finally:
            await drop_template(server)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
