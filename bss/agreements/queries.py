"""Readings of edges and issuers; each takes a viewer, and what lies outside its scope does not exist.

`edges_above` and `missing_prices` answer from the whole chain up to the organisation's root, which no viewer
of a part of the tree sees: they read from above, and say what of it they let out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import orjson

from bss.agreements.edge import Edge, EdgeKind, chain, unbought
from bss.agreements.issuer import Issuer
from bss.agreements.logo import Logo
from bss.agreements.past_terms import PastTerms
from bss.agreements.rows import EDGE_COLUMNS, WITH_SELLER, edge_of
from bss.agreements.series import Series
from bss.catalogue.from_above import priced_in_force, rows_from_above
from bss.catalogue.product import Offering
from bss.organisations.account import ancestor_paths
from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_EDGES = f"SELECT {EDGE_COLUMNS} FROM edge e {WITH_SELLER} WHERE e.organisation_id = $1"
_EDGES_IN_SCOPE = f"{_EDGES} AND e.path >= $2 AND e.path < $2 || '~'"
_ISSUERS = f"SELECT id, path, owner_id, name, card, due_days, country, sends FROM issuer WHERE {IN_SCOPE}"
_issuer_of = valued(Issuer, card=orjson.loads)
FURTHER_UP = "an edge further up"
"""What is said of an edge that the viewer does not see: not who stands there."""


async def edge(viewer: Viewer, edge_id: UUID, *, path: Iterable[str] = ()) -> Edge:
    """The edge. Raises `NotFound` with the input's `path`."""
    found = await edges(viewer, (edge_id,))
    if not found:
        raise NotFound("edge", path)
    return found[edge_id]


@requires(Permission.EDGE_VIEW)
async def edges(viewer: Viewer, edge_ids: Collection[UUID]) -> dict[UUID, Edge]:
    """The edges among these whose buyers are in the viewer's scope, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_EDGES_IN_SCOPE} AND e.id = ANY($3)", *(viewer.organisation_id, viewer.path, list(edge_ids))
        )
    return {row["id"]: edge_of(row) for row in rows}


@requires(Permission.EDGE_VIEW)
async def past_terms(viewer: Viewer, edge_ids: Collection[UUID]) -> dict[UUID, tuple[PastTerms, ...]]:
    """What the terms of these edges were before they were changed, by edge id, the first change first."""
    return await former_terms(viewer, edge_ids)


async def former_terms(viewer: Viewer, edge_ids: Collection[UUID]) -> dict[UUID, tuple[PastTerms, ...]]:
    """The same, for what is decided within the domain: nobody is told of them."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {', '.join(PastTerms.__dataclass_fields__)} FROM past_terms WHERE {IN_SCOPE} AND edge_id = ANY($3)"
            " ORDER BY edge_id, recorded_at, id",
            *(viewer.organisation_id, viewer.path, list(edge_ids)),
        )
    found: dict[UUID, tuple[PastTerms, ...]] = {}
    for row in rows:
        found[row["edge_id"]] = (*found.get(row["edge_id"], ()), PastTerms(**dict(row)))
    return found


@requires(Permission.EDGE_VIEW)
async def edge_page(viewer: Viewer, request: PageRequest) -> Page[Edge]:
    """The edges whose buyers are in the viewer's scope, oldest first."""
    return await paged(viewer, _EDGES_IN_SCOPE, (viewer.organisation_id, viewer.path), request, edge_of)


async def issuer(viewer: Viewer, issuer_id: UUID, *, path: Iterable[str] = ()) -> Issuer:
    """The issuer. Raises `NotFound` with the input's `path`."""
    found = await issuers(viewer, (issuer_id,))
    if not found:
        raise NotFound("issuer", path)
    return found[issuer_id]


@requires(Permission.EDGE_VIEW)
async def issuers(viewer: Viewer, issuer_ids: Collection[UUID]) -> dict[UUID, Issuer]:
    """The issuers among these that belong to accounts in the viewer's scope, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_ISSUERS} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(issuer_ids))
        )
    return {row["id"]: _issuer_of(row) for row in rows}


@requires(Permission.EDGE_VIEW)
async def issuer_page(viewer: Viewer, request: PageRequest) -> Page[Issuer]:
    """The issuers of the accounts in the viewer's scope, oldest first."""
    return await paged(viewer, _ISSUERS, (viewer.organisation_id, viewer.path), request, _issuer_of)


@requires(Permission.EDGE_VIEW)
async def logos(viewer: Viewer, issuer_ids: Collection[UUID]) -> dict[UUID, Logo]:
    """The logos of these issuers that the viewer can see, by issuer id; absent where there is none."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT issuer_id, media_type, content, sha256 FROM issuer_logo WHERE {IN_SCOPE} AND issuer_id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(issuer_ids)),
        )
    return {row["issuer_id"]: Logo(**dict(row)) for row in rows}


@requires(Permission.EDGE_VIEW)
async def series(viewer: Viewer, issuer_ids: Collection[UUID]) -> dict[UUID, tuple[Series, ...]]:
    """The number series of these issuers that the viewer can see, by issuer id; the running one first."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT issuer_id, prefix, last_number, ended_at FROM series WHERE {IN_SCOPE} AND issuer_id = ANY($3)"
            " ORDER BY issuer_id, ended_at DESC NULLS FIRST",
            *(viewer.organisation_id, viewer.path, list(issuer_ids)),
        )
    found: dict[UUID, tuple[Series, ...]] = {}
    for row in rows:
        found[row["issuer_id"]] = (*found.get(row["issuer_id"], ()), Series(**dict(row)))
    return found


@requires(Permission.EDGE_VIEW)
async def edges_above(viewer: Viewer, account_paths: Collection[str]) -> dict[str, tuple[Edge, ...]]:
    """The chain of each of these accounts that the viewer can see, by path: `bss.agreements.edge.chain`.

    The supply edges at its end are all that the organisation has; `Edge.concerns` tells which one an offering
    is charged on. For decisions within the domain: the edges above the viewer's account are not its to read,
    and must not be shown to it.
    """
    return await chains(viewer, account_paths)


async def chains(viewer: Viewer, account_paths: Collection[str]) -> dict[str, tuple[Edge, ...]]:
    """The same, for a question of this package that lets out names and offerings only and has a permission itself."""
    seen = [path for path in account_paths if viewer.sees(path)]
    ancestors = {above for path in seen for above in ancestor_paths(path)}
    rows = await rows_from_above(
        viewer,
        f"{_EDGES} AND e.valid_to IS NULL AND (e.kind = 'supply' OR e.path = ANY($2))",
        viewer.organisation_id,
        list(ancestors),
    )
    found = [edge_of(row) for row in rows]
    supply = [edge for edge in found if edge.kind is EdgeKind.SUPPLY]
    bought = {edge.path: edge for edge in found if edge.kind is EdgeKind.SELLING}
    return {
        path: chain(path, (*(bought[above] for above in ancestor_paths(path) if above in bought), *supply))
        for path in seen
    }


@requires(Permission.SUBSCRIPTION_VIEW)
async def missing_prices(viewer: Viewer, account_path: str, offering: Offering, at: datetime) -> tuple[str, ...]:
    """What keeps the offering from being charged in the account's chain; empty when every edge has a price.

    Each edge is asked about its own billing period that contains `at`, as the bill run will ask.
    Answers names only: "Cloud → Lite" for a selling edge whose list in force lacks the offering, "any edge to Lite"
    for an account that sells on and buys from nobody, "supply" where the supplier has no price or no terms are known.
    Who stands above the viewer's own seller is not named: that is "an edge further up".
    """
    above = (await chains(viewer, (account_path,))).get(account_path, ())
    charged = [edge for edge in above if edge.concerns(offering.supplier_id)]
    priced = await priced_in_force(viewer, [(edge.price_list_id, edge.period(at)) for edge in charged], offering.id)
    lacking = [edge for edge, has_price in zip(charged, priced, strict=True) if not has_price]
    gaps = unbought(account_path, charged)
    unsupplied = offering.resold and all(edge.kind is not EdgeKind.SUPPLY for edge in charged)
    if not (lacking or gaps or unsupplied):
        return ()
    names = await _names_above(viewer, account_path)
    told = [
        *(_name(edge, names) if viewer.sees(edge.path) else FURTHER_UP for edge in lacking),
        *(f"any edge to {names[path]}" if viewer.sees(path) else FURTHER_UP for path in gaps),
        *(("supply" if viewer.sees_everything else FURTHER_UP,) if unsupplied else ()),
    ]
    return tuple(dict.fromkeys(told))


async def _names_above(viewer: Viewer, account_path: str) -> dict[str, str]:
    """The names of the account and of those above it, by path."""
    rows = await rows_from_above(
        viewer,
        "SELECT path, name FROM account WHERE organisation_id = $1 AND path = ANY($2)",
        *(viewer.organisation_id, list(ancestor_paths(account_path))),
    )
    return {row["path"]: row["name"] for row in rows}


def _name(edge: Edge, names: dict[str, str]) -> str:
    if edge.seller_path is None:
        return "supply"
    return f"{names[edge.seller_path]} → {names[edge.path]}"
