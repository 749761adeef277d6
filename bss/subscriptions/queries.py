"""Readings of subscriptions and their timelines; each takes a viewer, and what lies outside does not exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import rows_from_above
from bss.catalogue.product import Offering
from bss.catalogue.rows import OFFERING_COLUMNS, offering_of
from bss.identifier import Kind, public
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.subscriptions.order import RecordedOrder
from bss.subscriptions.rows import (
    ORDER_COLUMNS,
    SEGMENT_COLUMNS,
    SUBSCRIPTION_COLUMNS,
    order_of,
    segment_of,
    shown_to,
)
from bss.subscriptions.subscription import Subscription
from bss.subscriptions.timeline import Segment, Timeline
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged, paged_by
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

MOST_ORDERS = 100
_KNOWN_NOW = "recorded_to IS NULL"
_KNOWN_AT = "recorded_from <= $4 AND (recorded_to IS NULL OR recorded_to > $4)"
_OFFERINGS = (
    f"SELECT subscription.id AS subscription_id, {OFFERING_COLUMNS}"
    " FROM subscription JOIN offering ON offering.organisation_id = subscription.organisation_id"
    " AND offering.id = subscription.offering_id"
    " WHERE subscription.organisation_id = $1 AND subscription.path >= $2 AND subscription.path < $2 || '~'"
    " AND subscription.id = ANY($3)"
)

_OVER_TIME = (
    f"SELECT {OFFERING_COLUMNS} FROM offering WHERE organisation_id = $1 AND id IN (SELECT offering_id FROM segment"
    f" WHERE {IN_SCOPE} AND subscription_id = $3 AND {_KNOWN_NOW})"
)


async def one(viewer: Viewer, subscription_id: UUID, *, path: Iterable[str] = ()) -> Subscription:
    """The subscription that an operation is about, which has declared its own permission.

    Raises `NotFound` with the input's `path` when it is not in the viewer's scope.
    """
    found = await _among(viewer, (subscription_id,))
    if not found:
        raise NotFound("subscription", path)
    return found[subscription_id]


@requires(Permission.SUBSCRIPTION_VIEW)
async def many(viewer: Viewer, subscription_ids: Collection[UUID]) -> dict[UUID, Subscription]:
    """The subscriptions among these that the viewer can see, by id. One statement."""
    return await _among(viewer, subscription_ids)


async def _among(viewer: Viewer, subscription_ids: Collection[UUID]) -> dict[UUID, Subscription]:
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription WHERE {IN_SCOPE} AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(subscription_ids)),
        )
    shown = shown_to(viewer)
    return {row["id"]: shown(row) for row in rows}


@requires(Permission.SUBSCRIPTION_VIEW)
async def page(viewer: Viewer, request: PageRequest, *, under: str | None = None) -> Page[Subscription]:
    """The subscriptions in the viewer's scope, or those of the account at `under` and below it, oldest first."""
    select = (
        f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription"
        f" WHERE {IN_SCOPE} AND ($3::text IS NULL OR path >= $3 AND path < $3 || '~')"
    )
    return await paged(viewer, select, (viewer.organisation_id, viewer.path, under), request, shown_to(viewer))


@requires(Permission.SUBSCRIPTION_VIEW)
async def of_accounts(
    viewer: Viewer, account_ids: Collection[UUID], request: PageRequest
) -> dict[UUID, Page[Subscription]]:
    """One page of the subscriptions of each of these accounts itself, by account. One statement."""
    select = f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription WHERE {IN_SCOPE}"
    scope = (viewer.organisation_id, viewer.path)
    return await paged_by(viewer, select, scope, account_ids, "account_id", request, shown_to(viewer))


@requires(Permission.SUBSCRIPTION_VIEW)
async def below(viewer: Viewer, path: str, most: int) -> tuple[Subscription, ...]:
    """The subscriptions of the account at `path` and of all below it, in the order of the tree. One statement.

    Raises `InvalidInput`, with how many there are, when there are more than `most`.
    """
    found = f"FROM subscription WHERE {IN_SCOPE} AND path >= $3 AND path < $3 || '~'"
    scope = (viewer.organisation_id, viewer.path, path)
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {SUBSCRIPTION_COLUMNS} {found} ORDER BY path, id LIMIT {most + 1}", *scope
        )
        if len(rows) > most:
            count = await tx.connection.fetchval(f"SELECT count(*) {found}", *scope)
            raise InvalidInput.at("under", f"There are {count} subscriptions, and at most {most} are read at once.")
    return tuple(map(shown_to(viewer), rows))


@requires(Permission.SUBSCRIPTION_VIEW)
async def counts_below(viewer: Viewer, paths: Collection[str]) -> dict[str, int]:
    """How many subscriptions the accounts at these paths have, all below them included. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT asked.path, found.count FROM unnest($3::text[]) AS asked (path) CROSS JOIN LATERAL"
            f" (SELECT count(*) FROM subscription WHERE {IN_SCOPE}"
            " AND subscription.path >= asked.path AND subscription.path < asked.path || '~') AS found",
            *(viewer.organisation_id, viewer.path, list(paths)),
        )
    return {row["path"]: row["count"] for row in rows}


@requires(Permission.SUBSCRIPTION_VIEW)
async def timeline(
    viewer: Viewer, subscription_ids: Collection[UUID], known_at: datetime | None = None
) -> dict[UUID, Timeline]:
    """The timelines as they are known now, or as they were known at an instant. One statement.

    A subscription that has none, had none by then, or lies outside the viewer's scope has an empty one.
    """
    known, instants = (_KNOWN_NOW, ()) if known_at is None else (_KNOWN_AT, (known_at,))
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT subscription_id, {SEGMENT_COLUMNS} FROM segment"
            f" WHERE {IN_SCOPE} AND subscription_id = ANY($3)"
            f" AND {known} ORDER BY subscription_id, effective_from",
            *(viewer.organisation_id, viewer.path, list(subscription_ids), *instants),
        )
    found: dict[UUID, list[Segment]] = {subscription_id: [] for subscription_id in subscription_ids}
    for row in rows:
        found[row["subscription_id"]].append(segment_of(row))
    return {subscription_id: tuple(segments) for subscription_id, segments in found.items()}


@requires(Permission.SUBSCRIPTION_VIEW)
async def in_effect(
    viewer: Viewer, subscription_ids: Collection[UUID], as_of: datetime, known_at: datetime | None = None
) -> dict[UUID, Segment]:
    """What was in service at the instant `as_of`, as it is known now or was known at an instant. One statement.

    Absent is what was not in service then, had not been recorded by then, or lies outside the viewer's scope.
    """
    known, instants = (_KNOWN_NOW, ()) if known_at is None else (_KNOWN_AT, (known_at,))
    place = 4 + len(instants)
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT subscription_id, {SEGMENT_COLUMNS} FROM segment"
            f" WHERE {IN_SCOPE} AND subscription_id = ANY($3) AND {known}"
            f" AND effective_from <= ${place} AND (effective_to IS NULL OR effective_to > ${place})",
            *(viewer.organisation_id, viewer.path, list(subscription_ids), *instants, as_of),
        )
    return {row["subscription_id"]: segment_of(row) for row in rows}


@requires(Permission.SUBSCRIPTION_VIEW)
async def offerings(viewer: Viewer, subscription_ids: Collection[UUID]) -> dict[UUID, Offering]:
    """What these subscriptions are subscriptions of, by subscription, for those that the viewer can see.

    The offering itself mostly lies above the viewer's account, and may be published to it no more; who holds
    a subscription may know what it is.
    """
    rows = await rows_from_above(viewer, _OFFERINGS, viewer.organisation_id, viewer.path, list(subscription_ids))
    return {row["subscription_id"]: offering_of(row) for row in rows}


@requires(Permission.SUBSCRIPTION_VIEW)
async def offerings_over_time(viewer: Viewer, subscription_id: UUID) -> dict[UUID, Offering]:
    """All that a subscription is of in its timeline as it is known now, by offering, if the viewer can see it."""
    rows = await rows_from_above(viewer, _OVER_TIME, viewer.organisation_id, viewer.path, subscription_id)
    return {row["id"]: offering_of(row) for row in rows}


@requires(Permission.SUBSCRIPTION_VIEW)
async def orders(viewer: Viewer, subscription_ids: Collection[UUID]) -> dict[UUID, tuple[RecordedOrder, ...]]:
    """The last `MOST_ORDERS` orders of each of these subscriptions that the viewer can see, newest first."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {ORDER_COLUMNS} FROM unnest($3::uuid[]) AS asked (subscription) CROSS JOIN LATERAL ("
            f"  SELECT * FROM subscription_order WHERE {IN_SCOPE} AND subscription_id = asked.subscription"
            "   ORDER BY version DESC LIMIT $4) AS placed ORDER BY subscription_id, version DESC",
            *(viewer.organisation_id, viewer.path, list(subscription_ids), MOST_ORDERS),
        )
    found: dict[UUID, list[RecordedOrder]] = {subscription_id: [] for subscription_id in subscription_ids}
    for row in rows:
        found[row["subscription_id"]].append(order_of(row))
    return {subscription_id: tuple(some) for subscription_id, some in found.items()}


@requires(Permission.SUBSCRIPTION_VIEW)
async def add_ons(viewer: Viewer, plan_ids: Collection[UUID]) -> dict[UUID, tuple[Subscription, ...]]:
    """The add-ons beside each of these plans, live ones and ended ones, oldest first."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription WHERE {IN_SCOPE} AND parent_id = ANY($3) ORDER BY id",
            *(viewer.organisation_id, viewer.path, list(plan_ids)),
        )
    found: dict[UUID, list[Subscription]] = {plan_id: [] for plan_id in plan_ids}
    for each in map(shown_to(viewer), rows):
        if each.parent_id is not None:
            found[each.parent_id].append(each)
    return {plan_id: tuple(some) for plan_id, some in found.items()}


@requires(Permission.SUBSCRIPTION_VIEW)
async def sold_together(viewer: Viewer, subscription_ids: Collection[UUID]) -> dict[UUID, tuple[Subscription, ...]]:
    """What was sold together with each of these that the viewer can see, itself among it, in the order of the sale.

    An order reference may be given twice: sold together is what one account bought at one instant under one.
    """
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription WHERE {IN_SCOPE}"
            " AND (account_id, order_reference, created_at) IN (SELECT account_id, order_reference, created_at"
            f" FROM subscription WHERE {IN_SCOPE} AND id = ANY($3)) ORDER BY id",
            *(viewer.organisation_id, viewer.path, list(subscription_ids)),
        )
    sales: dict[tuple[UUID, str, datetime], list[Subscription]] = {}
    for each in map(shown_to(viewer), rows):
        sales.setdefault((each.account_id, each.order_reference, each.created_at), []).append(each)
    return {each.id: tuple(sold) for sold in sales.values() for each in sold if each.id in subscription_ids}


@requires(Permission.SUBSCRIPTION_VIEW)
async def named(viewer: Viewer) -> dict[str, UUID]:
    """The subscriptions that the viewer can see, by what a file may call them: the public id, or the name.

    A name that several subscriptions have names none of them. Cancelled ones are among them: usage comes late.
    """
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT id, name FROM subscription WHERE {IN_SCOPE}", *(viewer.organisation_id, viewer.path)
        )
    bearers = Counter(row["name"] for row in rows)
    by_name = {row["name"]: row["id"] for row in rows if bearers[row["name"]] == 1}
    return by_name | {public(Kind.SUBSCRIPTION, row["id"]): row["id"] for row in rows}
