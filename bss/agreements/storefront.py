"""The storefront of an account: the offerings and the bundles that it may buy now.

Owns: that it shows what a sale would not refuse: priced on every edge of the chain, open to the account, and not kept
off the shelf. Does not own: the prices, which the buyer learns from its seller, or the sale (`bss.subscriptions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from asyncpg import Record

from bss.agreements.edge import Edge, EdgeKind, unbought
from bss.agreements.queries import chains
from bss.catalogue.bundle import Bundle
from bss.catalogue.bundle_queries import BUNDLE_COLUMNS, bundle_of
from bss.catalogue.product import Offering
from bss.catalogue.rows import OFFERING_COLUMNS, SUPPLIER, VERSION_IN_FORCE, offering_of
from bss.organisations.account import Account, ancestor_paths
from bss.organisations.queries import one
from bss.permission import Permission
from bss.transaction.begin import raised
from bss.transaction.page import Page, PageRequest, page_of
from bss.viewer import Viewer, requires

Row = TypeVar("Row")

# Nothing passes an edge whose list has no version in force. $6 are the suppliers: null for a selling edge, which every
# offering has to pass.
_CHARGED = f"""
WITH charged AS MATERIALIZED (
  SELECT asked.place, asked.supplier_id, version.id AS version_id
  FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::uuid[])
    WITH ORDINALITY AS asked (list, starts, ends, supplier_id, place)
  LEFT JOIN LATERAL ({VERSION_IN_FORCE}) AS version ON true)
"""
_SOLD = f"""
FROM offering JOIN offering AS o USING (organisation_id, id)
WHERE offering.organisation_id = $1
  AND offering.id IN (SELECT offering_id FROM price WHERE organisation_id = $1
    AND version_id = (SELECT version_id FROM charged WHERE place = 1))
  AND NOT EXISTS (SELECT FROM charged WHERE (supplier_id IS NULL OR supplier_id = {SUPPLIER}) AND NOT EXISTS (
    SELECT FROM price WHERE organisation_id = $1 AND version_id = charged.version_id AND offering_id = o.id))
  AND (o.supply_link_id IS NULL OR EXISTS (SELECT FROM charged WHERE supplier_id = o.supply_link_id))
  AND (offering.private_to = '[]' OR EXISTS (SELECT FROM account WHERE organisation_id = $1
    AND path = ANY($2) AND offering.private_to ? account.id::text))
"""
_OFFERINGS = f"""{_CHARGED}
SELECT {OFFERING_COLUMNS} {_SOLD}
  AND offering.in_storefront AND ($7::text IS NULL OR offering.category = $7)
"""
# What is kept off the shelf may be sold in a bundle all the same; a bundle is sold on its owner's side only.
_BUNDLES = f"""{_CHARGED}, sold AS MATERIALIZED (SELECT offering.id {_SOLD})
SELECT {BUNDLE_COLUMNS} FROM bundle
WHERE organisation_id = $1 AND path = ANY($2) AND NOT EXISTS (SELECT FROM bundle_component AS part
  WHERE part.organisation_id = $1 AND part.bundle_id = bundle.id AND part.offering_id NOT IN (SELECT id FROM sold))
"""


@requires(Permission.SUBSCRIPTION_VIEW)
async def storefront(
    viewer: Viewer, account_id: UUID, category: str | None, request: PageRequest, *, now: datetime
) -> Page[Offering]:
    """The offerings that the account may buy now, of one category or of all, oldest first; add-ons among them.

    Nothing for an account that is closed, or mirrored: what its customers buy, they buy from their reseller. Raises
    `NotFound`.
    """
    return await _page(viewer, account_id, now, _OFFERINGS, (category,), request, offering_of)


@requires(Permission.SUBSCRIPTION_VIEW)
async def storefront_bundles(viewer: Viewer, account_id: UUID, request: PageRequest, *, now: datetime) -> Page[Bundle]:
    """The bundles that the account may buy now, oldest first: those of its sellers, all of whose parts it may buy.

    Nothing where the storefront has nothing. Raises `NotFound`.
    """
    return await _page(viewer, account_id, now, _BUNDLES, (), request, bundle_of)


async def _page(
    viewer: Viewer,
    account_id: UUID,
    now: datetime,
    select: str,
    more: tuple[object, ...],
    request: PageRequest,
    value_of: Callable[[Record], Row],
) -> Page[Row]:
    account = await one(viewer, account_id, path=("accountId",))
    edges = (await chains(viewer, (account.path,))).get(account.path, ())
    if not _may_buy(account, edges):
        return Page((), has_next=False, has_previous=False)
    periods = [edge.period(now) for edge in edges]
    arguments = (
        *(viewer.organisation_id, list(ancestor_paths(account.path)), [edge.price_list_id for edge in edges]),
        *([period.start for period in periods], [period.end for period in periods]),
        [edge.supplier_id for edge in edges],
    )
    async with raised(viewer, replace(viewer, path=viewer.root_path)) as tx:
        return await page_of(tx, select, (*arguments, *more), request, value_of)


def _may_buy(account: Account, edges: tuple[Edge, ...]) -> bool:
    if account.mirrored or account.closed_at is not None:
        return False
    selling = [edge for edge in edges if edge.kind is EdgeKind.SELLING]
    return bool(selling) and not unbought(account.path, edges)
