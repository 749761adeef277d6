"""Monthly partitions: made once, with their rows, and closed to everybody but through their parent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from bss.metering import queries
from bss.metering.append import append
from bss.metering.partitions import ensure_partitions, months_around
from bss.metering.reading import Reading
from bss.period import Period
from bss.transaction.begin import begin
from tests.installation import Server, fresh_database
from tests.metering.books import NOW, open_books

YEAR = Period(datetime(2031, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC))


def test_months_run_over_the_turn_of_the_year() -> None:
    found = months_around(datetime(2026, 12, 31, 23, tzinfo=UTC), before=1, after=1)
    assert found == (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))


async def test_a_month_gets_its_partition_once_and_takes_its_readings_over(server: Server) -> None:
    async with fresh_database(server) as (name, database):
        with database.bound():
            books = await open_books("cloud", subscriptions=1)
            midnight = datetime(2031, 12, 1, tzinfo=UTC)
            hour = timedelta(hours=1)
            over_midnight = (books.subscriptions[0], "vm_hours", "vm-1", midnight - hour, midnight + hour)
            await append(books.viewer, "s", [Reading("a", *over_midnight, Decimal(1))], now=NOW)
            owner = await asyncpg.connect(server.url(name, "bss_owner"))
            months = (date(2031, 11, 1), date(2031, 12, 1))
            assert await ensure_partitions(owner, months) == ("usage_event_2031_11", "usage_event_2031_12")
            assert await ensure_partitions(owner, months) == ()
            await append(books.viewer, "s", [Reading("b", *over_midnight, Decimal(1))], now=NOW)
            async with begin(books.viewer) as tx:
                rows = await tx.connection.fetch(
                    "SELECT tableoid::regclass::text AS part, count(*) FROM usage_event GROUP BY 1 ORDER BY 1"
                )
                assert [tuple(row) for row in rows] == [("usage_event_2031_11", 2), ("usage_event_2031_12", 2)]
            assert await queries.differences(books.viewer, YEAR) == ()
            forced = await owner.fetchval(
                "SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class"
                " WHERE relname LIKE 'usage_event%' AND relkind IN ('r', 'p')"
            )
            assert forced
            await owner.close()
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with begin(books.viewer) as tx:
                    await tx.connection.fetch("SELECT FROM usage_event_2031_11")
