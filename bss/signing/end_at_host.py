"""Step: end the sessions at a host that is going away. Does not own: the host (`bss.brands`)."""

from __future__ import annotations

from datetime import datetime

from bss.transaction.begin import Transaction


async def end_at_host(tx: Transaction, host: str, now: datetime) -> None:
    """End every session of the organisation that was started at the host."""
    await tx.connection.execute(
        "UPDATE session SET ended_at = $3 WHERE organisation_id = $1 AND host = $2 AND ended_at IS NULL",
        *(tx.organisation_id, host, now),
    )
