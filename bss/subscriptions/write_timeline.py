"""Step: write a subscription and its wanted timeline; the one way in which either changes.

Owns: the version, the append-only record of segments (what was known when), the order, and the event. Does not own:
what the timeline should be (the commands), or whether the writer may (the commands; for mirrored rows the sync role).

A segment row says what is in effect and, by its recorded range, when that was known. Rows are never rewritten:
what vanishes or changes is closed once, what is new is added, and what stays is left alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bss.canonical import canonical
from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.identifier import uuid7
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.subscriptions.order import Order
from bss.subscriptions.rows import SEGMENT_COLUMNS, segment_of
from bss.subscriptions.subscription import Projection
from bss.subscriptions.timeline import Segment, Timeline, as_of, sound
from bss.transaction.begin import Transaction


async def write_timeline(
    tx: Transaction, subscription_id: UUID, timeline: Timeline, projection: Projection, order: Order, *, now: datetime
) -> int:
    """Make the stored subscription show the projection, and its timeline be this one, as known from `now` on.

    Creates the subscription (version 1) or raises its version by one; returns the version. The caller has
    locked the row. Raises `ValueError` when segments are out of order or overlap.
    """
    if not sound(timeline):
        raise ValueError(f"the segments of {subscription_id} overlap or are out of order")
    version = await _write_projection(tx, subscription_id, _as_shown(projection, timeline, now), now)
    stored = {
        segment.effective_from: (segment_id, segment) for segment_id, segment in await _current(tx, subscription_id)
    }
    kept = {segment.effective_from for segment in timeline if _is_stored(segment, stored.get(segment.effective_from))}
    await _close(tx, [segment_id for start, (segment_id, _) in stored.items() if start not in kept], now)
    added = [segment for segment in timeline if segment.effective_from not in kept]
    await _add(tx, subscription_id, projection, added, now)
    await _write_order(tx, subscription_id, projection.path, version, order, now)
    await record(tx, EventName.SUBSCRIPTION_CHANGED, subscription_id, now=now)
    await announce(tx, Topic.SUBSCRIPTION_CHANGED, (subscription_id,), now=now)
    return version


def _is_stored(segment: Segment, stored: tuple[UUID, Segment] | None) -> bool:
    """Segments of a timeline never start together: only the stored one with this start can be the same."""
    return stored is not None and canonical(segment) == canonical(stored[1])


def _as_shown(projection: Projection, timeline: Timeline, now: datetime) -> Projection:
    """The projection with the properties in effect now; before the start the first ones, at the end the last."""
    if not timeline:
        return projection
    segment = as_of(timeline, now) or (timeline[0] if now < timeline[0].effective_from else timeline[-1])
    return replace(
        projection,
        offering_id=segment.offering_id,
        quantity=segment.quantity,
        characteristics=segment.characteristics,
        cycle=segment.cycle,
    )


async def _write_projection(tx: Transaction, subscription_id: UUID, projection: Projection, now: datetime) -> int:
    version: int = await tx.connection.fetchval(
        "INSERT INTO subscription AS stored (id, organisation_id, path, account_id, offering_id, name, state,"
        " quantity, characteristics, cycle, renews_automatically, order_reference, starts_at, ends_at,"
        " activated_at, mirrored, managed_by, created_at, term_months, term_anchor, parent_id, predecessor_id, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,"
        " $22, 1)"
        " ON CONFLICT (organisation_id, id) DO UPDATE SET offering_id = excluded.offering_id,"
        " name = excluded.name, state = excluded.state, quantity = excluded.quantity,"
        " characteristics = excluded.characteristics, cycle = excluded.cycle,"
        " renews_automatically = excluded.renews_automatically, order_reference = excluded.order_reference,"
        " starts_at = excluded.starts_at, ends_at = excluded.ends_at, activated_at = excluded.activated_at,"
        " term_months = excluded.term_months, term_anchor = excluded.term_anchor,"
        " managed_by = excluded.managed_by, version = stored.version + 1"
        " RETURNING version",
        *(subscription_id, tx.organisation_id, projection.path, projection.account_id, projection.offering_id),
        *(projection.name, projection.state.value, projection.quantity, _json(projection.characteristics)),
        *(str(projection.cycle), projection.renews_automatically, projection.order_reference),
        *(projection.starts_at, projection.ends_at, projection.activated_at),
        *(projection.mirrored, projection.managed_by, now, projection.term_months, projection.term_anchor),
        *(projection.parent_id, projection.predecessor_id),
    )
    return version


async def _write_order(
    tx: Transaction, subscription_id: UUID, path: str, version: int, order: Order, now: datetime
) -> None:
    await tx.connection.execute(
        "INSERT INTO subscription_order (id, organisation_id, path, subscription_id, version, verb, actor_id,"
        " actor_name, reason, effective_at, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        *(uuid7(), tx.organisation_id, path, subscription_id, version, order.verb.name.lower()),
        *(tx.viewer.actor_id, tx.viewer.actor_name, order.reason.strip(), order.effective_at, now),
    )


async def _current(tx: Transaction, subscription_id: UUID) -> list[tuple[UUID, Segment]]:
    rows = await tx.connection.fetch(
        f"SELECT id, {SEGMENT_COLUMNS} FROM segment"
        " WHERE organisation_id = $1 AND subscription_id = $2 AND recorded_to IS NULL ORDER BY effective_from",
        *(tx.organisation_id, subscription_id),
    )
    return [(row["id"], segment_of(row)) for row in rows]


async def _close(tx: Transaction, segment_ids: list[UUID], now: datetime) -> None:
    """Two writes at one instant leave a row with an empty recorded range: it was never to be seen."""
    await tx.connection.execute(
        "UPDATE segment SET recorded_to = greatest(recorded_from, $3) WHERE organisation_id = $1 AND id = ANY($2)",
        *(tx.organisation_id, segment_ids, now),
    )


async def _add(
    tx: Transaction, subscription_id: UUID, projection: Projection, segments: list[Segment], now: datetime
) -> None:
    await tx.connection.execute(
        "INSERT INTO segment (id, organisation_id, path, subscription_id, mirrored, recorded_from,"
        f" {SEGMENT_COLUMNS})"
        " SELECT new.id, $1, $2, $3, $4, $5, new.offering_id, new.status, new.quantity,"
        " new.characteristics::jsonb, new.cycle, new.effective_from, new.effective_to"
        " FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::numeric[], $10::text[], $11::text[],"
        " $12::timestamptz[], $13::timestamptz[]) AS new (id, offering_id, status, quantity, characteristics,"
        " cycle, effective_from, effective_to)",
        *(tx.organisation_id, projection.path, subscription_id, projection.mirrored, now),
        [uuid7() for _ in segments],
        [segment.offering_id for segment in segments],
        [segment.status.value for segment in segments],
        [segment.quantity for segment in segments],
        [_json(segment.characteristics) for segment in segments],
        [str(segment.cycle) for segment in segments],
        [segment.effective_from for segment in segments],
        [segment.effective_to for segment in segments],
    )


def _json(characteristics: object) -> str:
    return canonical(characteristics).decode()
