"""Sums at a node are the sums of its leaves, for random trees, hours, steps and zones; and where buckets begin."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product

import pytest

from bss.identifier import label, uuid7
from bss.metering.bucket import Step, buckets
from bss.metering.freshness import Scope
from bss.metering.series import Asked, Usage, series
from bss.period import Period
from bss.refusal import InvalidInput
from bss.transaction.begin import begin
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.metering.books import NOW, Books, open_books

START = datetime(2026, 3, 28, tzinfo=UTC)
WINDOW = Period(START, START + timedelta(days=4))
ZONES = ("UTC", "Europe/Amsterdam", "Asia/Kathmandu", "Pacific/Chatham")


async def grow(books: Books, chance: random.Random) -> list[str]:
    """Twenty accounts anywhere below the root, a subscription at each, up to thirty hours of each; the paths."""
    paths = [books.viewer.path]
    async with begin(books.viewer) as tx:
        for _ in range(20):
            account, subscription, above = uuid7(), uuid7(), chance.choice(paths)
            path = f"{above}{label(account)}."
            await tx.connection.execute(
                "INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email,"
                " billing_address, mirrored, managed_by, version, created_at) SELECT $2, $1, $3, id, 'customer', 'A',"
                " '', '', '', false, '', 1, $4 FROM account WHERE organisation_id = $1 AND path = $5",
                *(tx.organisation_id, account, path, NOW, above),
            )
            await tx.connection.execute(
                "INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity,"
                " characteristics, cycle, renews_automatically, order_reference, starts_at, mirrored,"
                " managed_by, version, created_at) VALUES ($1, $2, $3, $4, $5, 'A', 'active', 1, '{}', 'P1M', true, '',"
                " $6, false, '', 1, $6)",
                *(subscription, tx.organisation_id, path, account, books.offering_id, NOW),
            )
            hours = chance.sample(range(-5, 101), chance.randrange(30))
            await tx.connection.executemany(
                "INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity,"
                " samples) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
                [
                    (
                        *(tx.organisation_id, path, subscription, chance.choice(("vm_hours", "egress_bytes"))),
                        *(chance.choice("ab"), START + timedelta(hours=hour)),
                        Decimal(chance.randrange(10**18)).scaleb(-9),
                    )
                    for hour in hours
                ],
            )
            paths.append(path)
    return paths


def summed(usage: Usage) -> Counter[tuple[object, ...]]:
    """The quantity of each meter and bucket, over all series; nothing is lost by a counter, which takes decimals."""
    found: Counter[tuple[object, ...]] = Counter()
    for each in usage.series:
        for point in each.points:
            found[each.meter_code, point.bucket.start] += point.quantity  # type: ignore[assignment]
    return found


async def own(viewer: Viewer, path: str, asked: Asked) -> Counter[tuple[object, ...]]:
    """What the one account at the path used, counted hour by hour from the rows."""
    found: Counter[tuple[object, ...]] = Counter()
    cut = buckets(asked.window, asked.step, asked.zone)
    async with begin(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT meter, hour, quantity FROM usage_hour WHERE organisation_id = $1 AND path = $2",
            *(tx.organisation_id, path),
        )
    for row in rows:
        for bucket in cut:
            if bucket.contains(row["hour"]):
                found[row["meter"], bucket.start] += row["quantity"]
    return found


@pytest.mark.parametrize("seed", range(2))
async def test_a_node_is_the_sum_of_the_accounts_below_it(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    books = await open_books("cloud", subscriptions=0)
    paths = await grow(books, chance)
    for step, zone, by_resource in product(Step, chance.sample(ZONES, 2), (False, True)):
        asked = Asked(WINDOW, step, zone, by_resource)
        leaves = {path: await own(books.viewer, path, asked) for path in paths}
        for node in chance.sample(paths, 6):
            below = sum((leaf for path, leaf in leaves.items() if path.startswith(node)), Counter())
            assert summed(await series(books.viewer, Scope(node), asked, now=NOW)) == below
            its_own = replace(books.viewer, path=node)
            assert summed(await series(its_own, Scope(node), asked, now=NOW)) == below, "seen from there, too"


def test_days_have_23_and_25_hours_where_the_clocks_change() -> None:
    spring = buckets(
        Period(datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)), Step.DAY, "Europe/Oslo"
    )
    assert [(day.end - day.start) // timedelta(hours=1) for day in spring] == [22, 24, 2]
    whole = Period(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
    assert buckets(whole, Step.DAY, "Europe/Oslo") == (whole,)


def test_a_day_that_the_zone_left_out_is_no_bucket() -> None:
    """Samoa went from 29 December 2011 to the 31st."""
    window = Period(datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2011, 12, 31, 10, tzinfo=UTC))
    assert [(day.end - day.start) // timedelta(hours=1) for day in buckets(window, Step.DAY, "Pacific/Apia")] == [
        24,
        24,
    ]


def test_buckets_tile_the_window() -> None:
    for step, zone in product(Step, ZONES):
        cut = buckets(WINDOW, step, zone)
        assert (cut[0].start, cut[-1].end) == (WINDOW.start, WINDOW.end)
        assert all(each.end == following.start for each, following in pairwise(cut))


def test_an_endless_window_is_refused_without_being_cut() -> None:
    with pytest.raises(InvalidInput, match="1,000 buckets"):
        buckets(Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)), Step.HOUR, "UTC")
