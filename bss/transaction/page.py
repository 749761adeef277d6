"""Keyset pages: lists that stay in place while rows come and go, at a constant number of statements.

Owns: the page request, the page, and the SQL around an inner query. Does not own: opaque cursors (`schema`).
Rows are ordered by id, which is a UUIDv7 and so the order of creation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from asyncpg import Record

from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer

MOST_ROWS = 200
MOST_TOGETHER = 10_000
"""How many rows the pages of several owners may have together: pages within pages multiply."""
Row = TypeVar("Row")


@dataclass(frozen=True)
class PageRequest:
    """`first` rows after `after`, or the `last` rows before `before`; 50 rows when neither is said.

    `most` is how many a page may have: more than usual where a row is small and nothing is read for each.
    """

    first: int | None = None
    after: UUID | None = None
    last: int | None = None
    before: UUID | None = None
    most: int = MOST_ROWS

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise InvalidInput.at("last", "Ask for first or last, not for both.")
        if not 0 <= self.size <= self.most:
            name = "last" if self.backward else "first"
            raise InvalidInput.at(name, f"A page has 0 to {self.most} rows.")

    @property
    def backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        return next((size for size in (self.first, self.last) if size is not None), 50)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page, in ascending order, and whether there is more on either side."""

    rows: tuple[Row, ...]
    has_next: bool
    has_previous: bool


async def paged(
    viewer: Viewer,
    select: str,
    arguments: Sequence[object],
    request: PageRequest,
    value_of: Callable[[Record], Row],
) -> Page[Row]:
    """Run `select` (a query with an `id` column and $1…$n arguments) as one page. One statement.

    The caller's select filters by organisation and by the viewer's scope; row-level security does so again.
    """
    async with reading(viewer) as tx:
        return await page_of(tx, select, arguments, request, value_of)


async def page_of(
    tx: Transaction,
    select: str,
    arguments: Sequence[object],
    request: PageRequest,
    value_of: Callable[[Record], Row],
) -> Page[Row]:
    """The same in a transaction that is open, such as one that reads above the viewer (`raised`)."""
    values = list(arguments)
    comparisons = _bounds(request, values)
    where = f"WHERE {' AND '.join(comparisons)}" if comparisons else ""
    rows = await tx.connection.fetch(f"SELECT * FROM ({select}) AS page {where} {_order(request)}", *values)
    return _page(rows, request, value_of)


async def paged_by(
    viewer: Viewer,
    select: str,
    arguments: Sequence[object],
    owners: Collection[UUID],
    owner: str,
    request: PageRequest,
    value_of: Callable[[Record], Row],
) -> dict[UUID, Page[Row]]:
    """The same page of each owner, by owner: `owner` is the column of `select` that names it. One statement.

    Raises `InvalidInput` when the pages have more than `MOST_TOGETHER` rows together.
    """
    values: list[object] = [*arguments, list(owners)]
    place = len(values)
    where = " AND ".join([f"page.{owner} = asked.owner", *_bounds(request, values)])
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT page.* FROM unnest(${place}::uuid[]) AS asked (owner) CROSS JOIN LATERAL"
            f" (SELECT * FROM ({select}) AS page WHERE {where} {_order(request)}) AS page"
            f" LIMIT {MOST_TOGETHER + 1}",
            *values,
        )
    if len(rows) > MOST_TOGETHER:
        name = "last" if request.backward else "first"
        raise InvalidInput.at(name, f"These pages have more than {MOST_TOGETHER} rows together; ask for smaller ones.")
    found: dict[UUID, list[Record]] = {each: [] for each in owners}
    for row in rows:
        found[row[owner]].append(row)
    return {each: _page(some, request, value_of) for each, some in found.items()}


def _bounds(request: PageRequest, values: list[object]) -> list[str]:
    """The conditions of the cursors, whose values are added to those of the statement."""
    comparisons = []
    for bound, sign in ((request.after, ">"), (request.before, "<")):
        if bound is not None:
            values.append(bound)
            comparisons.append(f"page.id {sign} ${len(values)}")
    return comparisons


def _order(request: PageRequest) -> str:
    return f"ORDER BY page.id {'DESC' if request.backward else 'ASC'} LIMIT {request.size + 1}"


def _page(rows: list[Record], request: PageRequest, value_of: Callable[[Record], Row]) -> Page[Row]:
    more, kept = len(rows) > request.size, rows[: request.size]
    if request.backward:
        kept.reverse()
    return Page(
        tuple(value_of(row) for row in kept),
        has_next=request.before is not None if request.backward else more,
        has_previous=more if request.backward else request.after is not None,
    )
