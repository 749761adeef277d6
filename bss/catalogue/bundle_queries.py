"""Readings of bundles; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from asyncpg import Record

from bss.catalogue.bundle import Bundle, Component
from bss.catalogue.from_above import published_by_ancestors, rows_from_above
from bss.organisations.account import ancestor_paths
from bss.permission import Permission
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

# The ids of components are in the order in which they were listed.
_COMPONENTS = "FROM bundle_component WHERE organisation_id = $1 AND bundle_id = bundle.id ORDER BY bundle_component.id"
BUNDLE_COLUMNS = (
    f"id, path, owner_id, code, name, ARRAY(SELECT offering_id {_COMPONENTS}) AS offering_ids,"
    f" ARRAY(SELECT quantity {_COMPONENTS}) AS quantities"
)
_BUNDLES = f"SELECT {BUNDLE_COLUMNS} FROM bundle WHERE"


@requires(Permission.CATALOGUE_VIEW)
async def bundle_page(viewer: Viewer, request: PageRequest) -> Page[Bundle]:
    """The bundles of the accounts in the viewer's scope, oldest first."""
    return await paged(viewer, f"{_BUNDLES} {IN_SCOPE}", (viewer.organisation_id, viewer.path), request, bundle_of)


@requires(Permission.SUBSCRIPTION_VIEW)
async def bundles(viewer: Viewer, bundle_ids: Collection[UUID]) -> dict[UUID, Bundle]:
    """The bundles among these that the viewer may know, by id: those of accounts in its scope, and those from above.

    From above it knows a bundle all of whose components are published to it (`published_by_ancestors`).
    """
    rows = await rows_from_above(
        viewer,
        f"{_BUNDLES} organisation_id = $1 AND id = ANY($4)"
        " AND (path >= $2 AND path < $2 || '~' OR path = ANY($3::text[]))",
        *(viewer.organisation_id, viewer.path, list(ancestor_paths(viewer.path)), list(bundle_ids)),
    )
    found = [bundle_of(row) for row in rows]
    named = {each.offering_id for bundle in found for each in bundle.components}
    known = await published_by_ancestors(viewer, named)
    return {
        bundle.id: bundle
        for bundle in found
        if viewer.sees(bundle.path) or all(each.offering_id in known for each in bundle.components)
    }


def bundle_of(row: Record) -> Bundle:
    """The bundle in a row that has `BUNDLE_COLUMNS`."""
    components = zip(row["offering_ids"], row["quantities"], strict=True)
    listed = tuple(Component(offering_id, quantity) for offering_id, quantity in components)
    return Bundle(row["id"], row["path"], row["owner_id"], row["code"], row["name"], listed)
