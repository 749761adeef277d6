"""The monthly partitions of recorded readings.

Owns: that a month has a partition, guarded like its parent. Does not own: when it is asked for (`bss migrate`), or
the table itself (the migrations). What lies in no month's partition is kept in `usage_event_rest`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import asyncpg


def months_around(now: datetime, *, before: int = 1, after: int = 3) -> tuple[date, ...]:
    """The first days of the UTC months from so many before the instant's to so many after it."""
    here = now.year * 12 + now.month - 1
    return tuple(date(month // 12, month % 12 + 1, 1) for month in range(here - before, here + after + 1))


async def ensure_partitions(connection: asyncpg.Connection, months: Iterable[date]) -> tuple[str, ...]:
    """Make the partitions of these months that are missing, as the tables' owner; returns their names.

    Readings of such a month that were kept with the rest move over, each month in one transaction.
    """
    made = []
    for month in months:
        name = f"usage_event_{month:%Y_%m}"
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
            continue
        async with connection.transaction():
            # Writers wait meanwhile, and of two migrations the second finds the partition.
            await connection.execute("LOCK TABLE usage_event IN ACCESS EXCLUSIVE MODE")
            if await connection.fetchval("SELECT to_regclass($1) IS NULL", name):
                await _make(connection, name, month)
                made.append(name)
    return tuple(made)


async def _make(connection: asyncpg.Connection, name: str, month: date) -> None:
    start, end = f"'{month:%Y-%m}-01 00:00+00'", f"'{_following(month):%Y-%m}-01 00:00+00'"
    await connection.execute(f"CREATE TABLE {name} (LIKE usage_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    # Row-level security is forced on the owner as well: without this it would move no row and say nothing.
    await connection.execute("ALTER TABLE usage_event_rest NO FORCE ROW LEVEL SECURITY")
    await connection.execute(
        f"WITH moved AS (DELETE FROM usage_event_rest WHERE hour >= {start} AND hour < {end} RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM moved"
    )
    await connection.execute("ALTER TABLE usage_event_rest FORCE ROW LEVEL SECURITY")
    await connection.execute(f"ALTER TABLE usage_event ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})")
    # No policy and no grant: rows are reached through the parent and its policy only.
    await connection.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    await connection.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
