"""Import a version of a price list from CSV, or try to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import published_by_ancestors, rows_from_above
from bss.catalogue.price_list import PriceList
from bss.catalogue.price_sheet import rows_of
from bss.catalogue.sheet_prices import Offered, Sheet, named_in, sheet_of
from bss.catalogue.write_version import PublishPrices, lock_latest, own_list, version_problems, write_version
from bss.organisations.account import ancestor_paths
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.viewer import Viewer

MOST_PROBLEMS = 1_000
"""More are counted, and not told one by one."""


@dataclass(frozen=True)
class ImportPrices:
    """All prices of the list from `valid_from` on, as a sheet (`bss.catalogue.price_sheet`); `dry_run`: to try it."""

    price_list_id: UUID
    valid_from: datetime
    csv: str
    dry_run: bool = False


@command("importPrices", requires=Permission.PRICE_MANAGE, refuses=(NotFound, LockedField))
async def import_prices(tx: Transaction, request: ImportPrices, now: datetime) -> Outcome:
    """Publish a version from CSV, by the same rules as publishPrices; a dry run refuses the same and writes nothing."""
    target = await own_list(tx, request.price_list_id)
    latest = await lock_latest(tx, target)
    sheet = await sheet_read(tx.viewer, target, request.csv)
    asked = PublishPrices(target.id, request.valid_from, sheet.prices)
    # Without one readable row there is nothing to say about a version.
    found = await version_problems(tx, target, asked, latest) if sheet.prices or not sheet.problems else ()
    if problems := _once([*sheet.problems, *map(sheet.placed, found)]):
        raise InvalidInput(problems)
    if request.dry_run:
        return Outcome(target.id)
    return Outcome(await write_version(tx, target, asked, latest, now))


async def sheet_read(viewer: Viewer, target: PriceList, text: str) -> Sheet:
    """The sheet's prices, and what is wrong with the sheet itself."""
    rows, unreadable = rows_of(text)
    ids, codes = named_in(rows)
    # A code is looked for where the list's owner may sell from; what is not published to the viewer stays unknown.
    coded = await rows_from_above(
        viewer,
        "SELECT id FROM offering WHERE organisation_id = $1 AND code = ANY($2) AND path = ANY($3)",
        *(viewer.organisation_id, list(codes), list(ancestor_paths(target.path))),
    )
    known = await published_by_ancestors(viewer, ids | {row["id"] for row in coded})
    named: dict[str, tuple[UUID, ...]] = {}
    for offering in known.values():
        if target.path.startswith(offering.path):
            named[offering.code] = (*named.get(offering.code, ()), offering.id)
    sheet = sheet_of(rows, Offered({offering.id: offering.code for offering in known.values()}, named))
    return Sheet(sheet.prices, sheet.rows, (*unreadable, *sheet.problems))


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Each cell once, in the order of the lines, and no more than a reader can take in."""
    found: dict[tuple[str, ...], Problem] = {}
    for problem in problems:
        is_cell = problem.path[0] == "csv" and len(problem.path) > 2
        found.setdefault(problem.path if is_cell else (*problem.path, problem.message), problem)
    ordered = sorted(found.values(), key=_line)
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    more = Problem(("csv",), f"There are {len(ordered) - MOST_PROBLEMS:,} more problems.")
    return [*ordered[:MOST_PROBLEMS], more]


def _line(problem: Problem) -> int:
    return int(problem.path[1]) if problem.path[0] == "csv" and len(problem.path) > 1 else 0
