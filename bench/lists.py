"""How much GraphQL adds to hand-written SQL: `python -m bench.lists [--accounts N]`.

An organisation with 200,000 accounts on five levels and two subscriptions for each customer. The first page of every
list (200 rows, every plain field) and the hierarchy of 1,000 customers with their subscriptions, usage of the month and
synchronisation are read through `schema.execution` and, in turns and in the same run, by statements that a database
engineer would write by hand, as the same role under the same row-level security, with orjson as the writer. The best
of each counts, because other work can only make a run slower.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import asyncpg
import orjson
from graphql import get_named_type, is_leaf_type

from bench.lists_data import HIERARCHY, PAGES, fill
from bss.identifier import Kind, public
from bss.transaction.database import Database, Role
from bss.viewer import Viewer
from schema.execution import execute
from server.schema_of_database import register_models
from server.settled import settle
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.schema.books import Books, open_books
from tests.schema.reflection import GRAPHQL, roots
from tests.schema.rows import write_rows

ACCOUNTS = 200_000
ROUNDS = 7
PAGE_LIMIT = 3
HIERARCHY_LIMIT = 2

TREE = """
query($under: ID) { channel(under: $under) { ...Place
  accounts(first: 200) { edges { node { ...Place
    accounts(first: 200) { edges { node { ...Place
      subscriptions(first: 200) { edges { node { ...Sold } } } } } } } } } }
}
fragment Place on ChannelAccount { id kind name accountingNumber mirrored ribbon lockedBy subscriptionCount }
fragment Sold on ChannelSubscription { id name offering { id name } state quantity mirrored lockedBy syncState
  usageMonthToDate { meter quantity } }
"""
FLAT = """
query($under: ID) { channelExport(under: $under, most: 5000) {
  accounts { id parentId kind name accountingNumber mirrored ribbon lockedBy subscriptionCount }
  subscriptions { id accountId name offering { id name } state quantity mirrored lockedBy syncState
    usageMonthToDate { meter quantity } } } }
"""

Ask = Callable[[], Awaitable[int]]
"""Reads and writes one answer; returns its size in rows or edges, so that both sides are known to answer alike."""


def plain_page(name: str) -> str:
    """The first page of a list with every plain field of its nodes."""
    found = get_named_type(GRAPHQL.type_map[get_named_type(roots("Query")[name].type).name.replace("Connection", "")])
    fields = (f for f, field in found.fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args)
    computed = {"text", "explain"}
    shown = " ".join(each for each in fields if each not in computed)
    return f"{{ {name}(first: 200) {{ edges {{ cursor node {{ {shown} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"


def through_graphql(books: Books, document: str, **variables: object) -> Ask:
    async def ask() -> int:
        body = await execute(document, books.staff, books.clock, variables)
        if "errors" in body:
            raise AssertionError(body["errors"][0])
        text = orjson.dumps(body)
        return text.count(b'"cursor"') or text.count(b'"accountId"')

    return ask


def by_hand(database: Database, viewer: Viewer, statements: tuple[str, ...], *more: object) -> Ask:
    async def ask() -> int:
        async with database.pool(Role.APP).acquire() as connection, connection.transaction(readonly=True):
            await connection.execute(
                # By a plan of its own each time: the one that PostgreSQL may keep takes seconds for the hierarchy.
                "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true),"
                " set_config('plan_cache_mode', 'force_custom_plan', true)",
                *(str(viewer.organisation_id), viewer.path),
            )
            answers = [await connection.fetch(each, viewer.organisation_id, viewer.path, *more) for each in statements]
        orjson.dumps([[dict(row) for row in rows] for rows in answers], default=str)
        return len(answers[-1])

    return ask


async def compared(name: str, asked: Ask, hand: Ask, limit: int) -> bool:
    """Take turns, print the best times and their ratio, and tell whether it is within the limit."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for ask, taken in zip((asked, hand), times, strict=True):
            started = perf_counter()
            await ask()
            taken.append(perf_counter() - started)
    ours, theirs = (min(taken) * 1000 for taken in times)
    kept = ours <= limit * theirs
    verdict = "kept" if kept else "missed"
    print(f"{name:<44}{ours:>10.1f}{theirs:>10.1f}{ours / theirs:>8.2f}  {verdict}, limit {limit}", flush=True)
    return kept


async def measure(server: Server, accounts: int) -> bool:
    """Fill a database and compare every list and the hierarchy."""
    async with fresh_database(server) as (name, database):
        database.bind()
        books = await open_books()
        await write_rows(books, 300)
        admin = await asyncpg.connect(server.admin(name))
        under = await fill(admin, books, accounts)
        await admin.close()
        settle()  # as a process that serves
        print(f"{'lists, milliseconds':<44}{'GraphQL':>10}{'by hand':>10}{'ratio':>8}  verdict", flush=True)
        kept = [
            await compared(
                each, through_graphql(books, plain_page(each)), by_hand(database, books.staff, (select,)), PAGE_LIMIT
            )
            for each, select in PAGES.items()
        ]
        hand = by_hand(database, books.staff, HIERARCHY, under.path)
        for title, document in (("hierarchy of 1,000 customers", TREE), ("the same, exported", FLAT)):
            asked = through_graphql(books, document, under=public(Kind.ACCOUNT, under.account_id))
            kept.append(await compared(title, asked, hand, HIERARCHY_LIMIT))
    return all(kept)


async def main(accounts: int) -> int:
    """1 when a promise is not kept."""
    with postgres() as server:
        await register_models()
        await make_template(server)
        try:
            return 0 if await measure(server, accounts) else 1
        finally:
            await drop_template(server)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.lists", description=__doc__.partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=ACCOUNTS, help="how many accounts (default %(default)s)")
    sys.exit(asyncio.run(main(parser.parse_args().accounts)))
