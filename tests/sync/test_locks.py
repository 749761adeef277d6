"""Every field of what is mirrored, in every relation: locked for all but the link, and told so in the API."""

from __future__ import annotations

import re
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from bss.identifier import Kind, public
from bss.transaction.begin import begin
from schema.execution import execute
from schema.locks import LOCKED_FIELDS
from tests.schema.reflection import GRAPHQL
from tests.sync.books import Book
from tests.sync.channel import Channel

TABLES = {"Account": "account", "Subscription": "subscription"}
KINDS = {"Account": Kind.ACCOUNT, "Subscription": Kind.SUBSCRIPTION}
OF_THE_ROW = {"id", "organisation_id", "path", "version", "created_at", "mirrored", "managed_by"}
"""What a row is found by, and what says that it is a mirror; not a field that anybody changes."""
SHOWN_AS = {"cycle": "billingCycle", "account_id": "account", "offering_id": "offering", "term_anchor": "termMonths"}
WRITTEN_WHERE_IT_RUNS = {"provisionedAt", "removedAt"}
NOT_OF_THE_ROW = {"Account": {"parent"}, "Subscription": {"account", "offering", "timeline", "addOns", "orders"}}
"""Locked fields that are rows of their own, which have the same lock."""
OTHER = {
    "text": "coalesce({0}, '') || 'x'",
    "boolean": "NOT coalesce({0}, false)",
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "uuid": "gen_random_uuid()",
    "jsonb": "'{{\"other\": 1}}'",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
}
"""Another value of a column, by its type."""


def shown(column: str) -> str:
    return SHOWN_AS.get(column, re.sub(r"_(.)", lambda found: found[1].upper(), column))


@pytest_asyncio.fixture
async def ids(channel: Channel) -> dict[str, dict[str, str]]:
    """A mirror at the distributor, and its origin at the reseller, by type."""
    sold = await channel.sell("X", 5)
    await channel.settle()
    mirror = await channel.mirror_of(sold)
    return {
        "mirror": {"Account": str(mirror.account_id), "Subscription": str(mirror.id)},
        "origin": {"Account": str(channel.resell.accounts["X"]), "Subscription": str(sold)},
    }


async def columns(book: Book, table: str) -> dict[str, str]:
    select = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1"
    with book.database.bound():
        async with begin(book.viewer) as tx:
            rows = await tx.connection.fetch(select, table)
    return {row["column_name"]: row["data_type"] for row in rows if row["column_name"] not in OF_THE_ROW}


async def refused(book: Book, table: str, column: str, kind: str, identifier: str) -> str:
    """What the database says to another value, written by the application's own role; nothing is kept."""
    statement = f"UPDATE {table} SET {column} = {OTHER[kind].format(column)} WHERE id = '{identifier}'"
    with book.database.bound():
        try:
            async with begin(book.viewer) as tx:
                assert await tx.connection.execute(statement) == "UPDATE 1"
                raise ZeroDivisionError
        except ZeroDivisionError:
            return ""
        except asyncpg.PostgresError as error:
            return str(error)


@pytest.mark.parametrize("of_type", TABLES)
async def test_every_column_of_a_mirror_is_locked_and_none_of_its_origin(
    channel: Channel, ids: dict[str, dict[str, str]], of_type: str
) -> None:
    table = TABLES[of_type]
    known = await columns(channel.cloud, table)
    assert len(known) > 6
    locked = set()
    for column, kind in known.items():
        said = await refused(channel.cloud, table, column, kind, ids["mirror"][of_type])
        if said.startswith("LOCKED"):
            locked.add(shown(column))
        assert not (await refused(channel.resell, table, column, kind, ids["origin"][of_type])).startswith("LOCKED")
    assert locked == {shown(column) for column in known} - WRITTEN_WHERE_IT_RUNS
    assert locked | NOT_OF_THE_ROW[of_type] == set(LOCKED_FIELDS[of_type])


@pytest.mark.parametrize("of_type", TABLES)
async def test_the_api_says_by_whom_and_which(channel: Channel, ids: dict[str, dict[str, str]], of_type: str) -> None:
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {of_type} {{ lockedBy lockedFields }} }} }}"
    for book, relation, expected in (
        (channel.cloud, "mirror", {"lockedBy": "Cloud Resell", "lockedFields": [*LOCKED_FIELDS[of_type]]}),
        (channel.resell, "origin", {"lockedBy": None, "lockedFields": []}),
    ):
        named = public(KINDS[of_type], UUID(ids[relation][of_type]))
        with book.database.bound():
            body = await execute(document, book.viewer, channel.clock, {"id": named})
        assert body["data"]["node"] == expected


def test_every_field_of_the_api_that_is_locked_is_a_field_of_the_api() -> None:
    for of_type, names in LOCKED_FIELDS.items():
        assert set(names) <= set(GRAPHQL.type_map[of_type].fields)
