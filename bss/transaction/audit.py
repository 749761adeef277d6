"""Step: write the audit row of a mutation, in the mutation's own transaction.

Owns: who did what to which object, for whom, and the digest of the input. Does not own: the chain over the rows, which
a sealer makes later, because a chain inside the transaction would be a lock on the whole organisation.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.transaction.begin import Transaction


async def audit(
    tx: Transaction, *, operation: str, object_id: UUID, input_digest: str, key: str | None, now: datetime
) -> None:
    """Append one row. The input itself is not kept: it may hold a secret."""
    await tx.connection.execute(
        "INSERT INTO audit (id, organisation_id, path, actor_id, actor_name, operation, object_id, input_digest,"
        " idempotency_key, recorded_at, acting_as, acting_as_name)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        *(uuid7(), tx.organisation_id, tx.viewer.path, tx.viewer.actor_id, tx.viewer.actor_name),
        *(operation, object_id, input_digest, key, now, tx.viewer.acting_as, tx.viewer.acting_as_name),
    )
