"""Step: put the full state of one half on its way to the peer.

Owns: the outbound rows and their states. Does not own: sequence numbers and sending (`sync.deliver`), or what the
peer's result does to a row (`sync.conclude`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bss.canonical import canonical
from bss.identifier import uuid7
from bss.transaction.begin import Transaction
from sync.message import Subject


class OutboundState(StrEnum):
    """PENDING → SENT → ACKNOWLEDGED or PARKED; a newer version makes an older pending or parked one SUPERSEDED.

    SENT: the peer may or may not have it; it is sent again with the same sequence until there is a result.
    """

    PENDING = "pending"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PARKED = "parked"
    SUPERSEDED = "superseded"


async def put(
    tx: Transaction,
    link_id: UUID,
    subject: Subject,
    pair_id: UUID,
    version: int,
    data: Mapping[str, Any],
    *,
    now: datetime,
) -> bool:
    """Write the state at this version, once; returns whether there is something to send.

    A version that the peer refused is asked for again: what it lacked may be there now. The row is pending anew
    and will be another message, with its own sequence.
    """
    body = canonical(data)
    written = await tx.connection.fetchval(
        "INSERT INTO outbound AS o (id, organisation_id, link_id, subject, pair_id, version, body, digest, state,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9)"
        " ON CONFLICT (organisation_id, link_id, subject, pair_id, version)"
        " DO UPDATE SET state = 'pending', sequence = NULL, reason = NULL WHERE o.state = 'parked'"
        " RETURNING true",
        *(uuid7(), tx.organisation_id, link_id, subject.value, pair_id, version, body),
        *(hashlib.sha256(body).hexdigest(), now),
    )
    return bool(written)


async def next_version(tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID) -> int:
    """The version after the newest of a subject that has no version of its own. The caller has locked its writer."""
    newest = await tx.connection.fetchval(
        "SELECT coalesce(max(version), 0) FROM outbound"
        " WHERE organisation_id = $1 AND link_id = $2 AND subject = $3 AND pair_id = $4",
        *(tx.organisation_id, link_id, subject.value, pair_id),
    )
    return int(newest) + 1
