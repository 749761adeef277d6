"""Step: note what readers are to be told, in the transaction in which it happened.

Owns: the entry, and that it lies where its subject does. Does not own: its position, which is given after the commit
(`number`), because one that was given here would be a lock on the whole organisation, or a hole until the commit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bss.feed.topic import Topic
from bss.identifier import uuid7
from bss.transaction.begin import Transaction

_OF_SUBSCRIPTIONS = "SELECT id, path, NULL AS seller_path FROM subscription WHERE organisation_id = $1 AND id = ANY($4)"
_SUBJECTS: dict[Topic, str] = {
    Topic.INVOICE_ISSUED: "SELECT id, path, seller_path FROM invoice WHERE organisation_id = $1 AND id = ANY($4)",
    Topic.SUBSCRIPTION_CHANGED: _OF_SUBSCRIPTIONS,
    Topic.SYNC_CHANGED: f"{_OF_SUBSCRIPTIONS} UNION ALL"
    " SELECT id, path, NULL FROM account WHERE organisation_id = $1 AND id = ANY($4)",
    Topic.USAGE_ROLLED_UP: _OF_SUBSCRIPTIONS,
}


async def announce(tx: Transaction, topic: Topic, subject_ids: Collection[UUID], *, now: datetime) -> None:
    """Tell of these subjects, in their order. What is not there, or lies outside the writer's scope, is not told of."""
    if not subject_ids:
        return
    await tx.connection.execute(
        "INSERT INTO feed_entry (id, organisation_id, path, seller_path, topic, subject_id, recorded_at)"
        " SELECT given.id, $1, s.path, s.seller_path, $2, s.id, $5"
        f" FROM unnest($3::uuid[], $4::uuid[]) AS given (id, subject_id) JOIN ({_SUBJECTS[topic]}) AS s"
        " ON s.id = given.subject_id",
        *(tx.organisation_id, topic.value, [uuid7() for _ in subject_ids], list(subject_ids), now),
    )
    tx.has_news = True
