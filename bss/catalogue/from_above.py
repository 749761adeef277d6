"""Step: read, for one purpose, what lies above the viewer's own account.

Owns: what may be seen through a wider scope: the offerings that are published to the viewer, and whether a list has a
price. Does not own: how a scope is widened (`bss.transaction.begin.raised`), or prices, which nobody reads from above.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from asyncpg import Record

from bss.catalogue.product import Offering
from bss.catalogue.rows import OFFERING_COLUMNS, OPEN_TO, VERSION_IN_FORCE, offering_of
from bss.organisations.account import ancestor_paths
from bss.period import Period
from bss.permission import Permission
from bss.transaction.begin import raised
from bss.viewer import Viewer, requires


async def rows_from_above(viewer: Viewer, select: str, *arguments: object) -> list[Record]:
    """Run one select in the scope of the organisation's root account; the organisation stays the viewer's.

    The caller answers for what leaves the function that calls this: see `raised`.
    """
    async with raised(viewer, replace(viewer, path=viewer.root_path)) as tx:
        return await tx.connection.fetch(select, *arguments)


# Edges are rows of `bss.agreements`, a higher package; only the fact that a list is used on one is read here.
# A path sorts after each path that it begins with, so that the greatest is the nearest edge above.
_PUBLISHED = f"""
WITH list AS (
  SELECT DISTINCT price_list_id FROM edge
  WHERE organisation_id = $1 AND kind = 'selling' AND valid_to IS NULL AND (path >= $2 AND path < $2 || '~' OR path = (
    SELECT max(path) FROM edge WHERE organisation_id = $1 AND kind = 'selling' AND valid_to IS NULL
    AND path = ANY($3))))
SELECT {OFFERING_COLUMNS}
FROM offering WHERE organisation_id = $1 AND id = ANY($4) AND (path >= $2 AND path < $2 || '~' OR id IN (
  SELECT price.offering_id FROM list
  JOIN price_version AS version ON version.organisation_id = $1 AND version.price_list_id = list.price_list_id
  JOIN price ON price.organisation_id = $1 AND price.version_id = version.id AND price.offering_id = ANY($4))
  AND ({OPEN_TO} OR EXISTS (SELECT FROM price WHERE organisation_id = $1 AND offering_id = offering.id
    AND price.path >= $2 AND price.path < $2 || '~')))
"""


@requires(Permission.SUBSCRIPTION_VIEW)
async def published_by_ancestors(viewer: Viewer, offering_ids: Collection[UUID]) -> dict[UUID, Offering]:
    """The offerings among these that the viewer may know, by id: its own, and those published to it.

    Published to it are the offerings that a version of a price list of its own edges has, whoever owns them:
    the edges whose buyers are in its scope, and the nearest one above its account. What is private to others is not
    published: neither the viewer's account nor one above or below it may buy it. What is on a list of the viewer's own
    stays known to it.
    """
    return await published_at(viewer, viewer.path, offering_ids)


@requires(Permission.SUBSCRIPTION_VIEW)
async def published_at(viewer: Viewer, path: str, offering_ids: Collection[UUID]) -> dict[UUID, Offering]:
    """The offerings among these that are known at the path of an account in the viewer's scope, by id."""
    rows = await rows_from_above(
        viewer, _PUBLISHED, *(viewer.organisation_id, path, list(ancestor_paths(path)), list(offering_ids))
    )
    return {row["id"]: offering_of(row) for row in rows}


_PRICED = f"""
SELECT asked.place FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
  WITH ORDINALITY AS asked (list, starts, ends, place)
CROSS JOIN LATERAL ({VERSION_IN_FORCE}) AS version
WHERE EXISTS (SELECT FROM price WHERE organisation_id = $1 AND version_id = version.id AND offering_id = $5)
"""


async def priced_in_force(viewer: Viewer, lists: Sequence[tuple[UUID, Period]], offering_id: UUID) -> tuple[bool, ...]:
    """For each price list and billing period: whether the version that prices it has the offering; never for how much.

    That is the version in force at the start of the period, or else the first that begins within it (ADR 10).
    """
    rows = await rows_from_above(
        viewer,
        _PRICED,
        *(viewer.organisation_id, [identifier for identifier, _ in lists]),
        *([period.start for _, period in lists], [period.end for _, period in lists], offering_id),
    )
    priced = {row["place"] for row in rows}
    return tuple(place in priced for place in range(1, len(lists) + 1))
