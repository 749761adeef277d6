"""Hourly usage as CSV, of any size: a line for each hour of each resource.

Owns: the columns, and that a line is as safe in a spreadsheet as in a program. Does not own: where the bytes go (the
caller's `write`, which may wait: the database is asked no faster than they are taken).

One statement and one snapshot, read through a cursor on the server: memory does not grow with the number of lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from bss.canonical import instant_text
from bss.catalogue.meter import Meter
from bss.catalogue.product import ProductKind
from bss.catalogue.queries import meters
from bss.identifier import Kind, public
from bss.metering.freshness import Scope, scope_arguments, within
from bss.period import Period
from bss.permission import Permission
from bss.tariff.exact import nine_decimals
from bss.text import cell_of
from bss.transaction.begin import Transaction, raised, reading
from bss.viewer import Viewer

COLUMNS = (
    *("account", "subscription", "offering", "kind", "meter", "resource"),
    *("hour", "quantity", "unit", "revision"),
)
"""Account and offering are names, the subscription is a public id, the quantity is in the unit of the meter."""
LINES_AT_ONCE = 2_000
_LONGEST_PAUSE = "5min"

Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class Export:
    """The hours that start in the window, of the account at `path` and all below it; of one kind, or of all."""

    path: str
    window: Period
    kind: ProductKind | None = None


class Sold(NamedTuple):
    """What a subscription is a subscription of."""

    name: str
    kind: ProductKind


_HOURS = f"""
SELECT a.name AS account, h.subscription_id, s.offering_id, h.meter, h.resource, h.hour, h.quantity, h.revision
FROM usage_hour h
JOIN subscription s ON s.organisation_id = $1 AND s.id = h.subscription_id
JOIN account a ON a.organisation_id = $1 AND a.id = s.account_id
WHERE {within("h")} AND h.hour >= $5 AND h.hour < $6 AND s.offering_id = ANY($7)
ORDER BY h.subscription_id, h.meter, h.resource, h.hour
"""
_SOLD = """
SELECT o.id, o.name, p.kind FROM offering o
JOIN product p ON p.organisation_id = $1 AND p.id = o.product_id
WHERE o.organisation_id = $1 AND ($3::text IS NULL OR p.kind = $3) AND o.id IN (
  SELECT offering_id FROM subscription WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~')
"""


async def export_hours(viewer: Viewer, export: Export, write: Write) -> int:
    """Write the header and every line, some thousand at a time; returns the number of lines.

    Raises `PermissionDenied` before anything is written; an account outside the viewer's scope has no hours.
    """
    viewer.require(Permission.USAGE_VIEW)
    async with reading(viewer) as tx:
        known, sold = await meters(viewer), await _sold(viewer, export)
        await _take_time(tx)
        arguments = (*scope_arguments(viewer, Scope(export.path)), export.window.start, export.window.end, list(sold))
        await write(_lines([COLUMNS]))
        count, some = 0, []
        async for row in tx.connection.cursor(_HOURS, *arguments, prefetch=LINES_AT_ONCE):
            some.append(_cells(row, known, sold))
            if len(some) == LINES_AT_ONCE:
                await write(_lines(some))
                count += len(some)
                some = []
        if some:
            await write(_lines(some))
        return count + len(some)


async def _sold(viewer: Viewer, export: Export) -> dict[UUID, Sold]:
    """What the subscriptions in scope are subscriptions of: mostly offerings of an account above the viewer's."""
    if not export.path.startswith(viewer.path):
        return {}
    kind = None if export.kind is None else export.kind.value
    async with raised(viewer, replace(viewer, path=viewer.root_path)) as tx:
        rows = await tx.connection.fetch(_SOLD, tx.organisation_id, export.path, kind)
    return {row["id"]: Sold(row["name"], ProductKind(row["kind"])) for row in rows}


async def _take_time(tx: Transaction) -> None:
    """Somebody waits for this reading, however long it takes; but not for ever for somebody who takes no more."""
    await tx.connection.execute(
        "SELECT set_config('statement_timeout', '0', true),"
        " set_config('idle_in_transaction_session_timeout', $1, true)",
        _LONGEST_PAUSE,
    )


def _cells(row: Record, known: Mapping[str, Meter], sold: Mapping[UUID, Sold]) -> tuple[object, ...]:
    meter, product = known.get(row["meter"]), sold[row["offering_id"]]
    unit, divisor = ("", 1) if meter is None else (meter.unit, meter.divisor)
    return (
        *(cell_of(row["account"]), _public(row["subscription_id"]), cell_of(product.name)),
        *(product.kind.value, cell_of(row["meter"]), cell_of(row["resource"]), _instant(row["hour"])),
        *(_in_units(row["quantity"], divisor), cell_of(unit), row["revision"]),
    )


# Subscriptions, hours and quantities come again and again, and writing them is half of the work.
_instant = lru_cache(10_000)(instant_text)


@lru_cache(1_000)
def _public(subscription_id: UUID) -> str:
    return public(Kind.SUBSCRIPTION, subscription_id)


@lru_cache(10_000)
def _in_units(quantity: Decimal, divisor: int) -> str:
    over, under = quantity.as_integer_ratio()
    return nine_decimals(over, under * divisor).rstrip("0").rstrip(".")


def _lines(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
