"""Step: end the edges of an account that moved, and of those below it, whose parties no longer stand above one another.

Owns: which edges end by a move. Does not own: the move (`bss.hierarchy`), or the edges that take their place.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.refusal import InvalidInput, Problem
from bss.transaction.begin import Transaction

# Above the viewer's scope no account is seen, and there nothing moved: such a party stands where it stood.
_END = """
UPDATE edge e SET valid_to = greatest(e.valid_from, $4)
WHERE organisation_id = $1 AND kind = 'selling' AND valid_to IS NULL AND path >= $2 AND path < $2 || '~'
  AND (e.buyer_account_id = $3 AND $5
    OR EXISTS (SELECT FROM account s WHERE s.organisation_id = $1 AND s.id = e.seller_account_id
      AND NOT starts_with(e.path, s.path))
    OR EXISTS (SELECT FROM account b WHERE b.organisation_id = $1 AND b.id = e.bill_to_account_id
      AND NOT starts_with(e.path, b.path) AND NOT starts_with(b.path, $2)))
"""
_STRANDED = """
SELECT b.name AS bill_to, a.name AS buyer FROM edge e
JOIN account b ON b.organisation_id = $1 AND b.id = e.bill_to_account_id
JOIN account a ON a.organisation_id = $1 AND a.id = e.buyer_account_id
JOIN account s ON s.organisation_id = $1 AND s.id = e.seller_account_id
WHERE e.organisation_id = $1 AND e.kind = 'selling' AND e.valid_to IS NULL AND b.path >= $2 AND b.path < $2 || '~'
  AND NOT (a.path >= $2 AND a.path < $2 || '~') AND NOT starts_with(b.path, s.path) ORDER BY a.path
"""


async def end_edges(tx: Transaction, account_id: UUID, path: str, at: datetime, *, replaced: bool) -> None:
    """End, at the instant, the edges at the new path and below it whose seller or Bill-To stands there no more.

    With `replaced` the account's own edge ends in any case. Raises `InvalidInput` when an account that moved is the
    Bill-To of one that stayed, under a seller that no longer stands above it.
    """
    stranded = await tx.connection.fetch(_STRANDED, tx.organisation_id, path)
    if stranded:
        message = "{bill_to} is invoiced for {buyer}, which would stay behind."
        raise InvalidInput([Problem(("accountId",), message.format(**dict(row))) for row in stranded])
    await tx.connection.execute(_END, tx.organisation_id, path, account_id, at, replaced)
