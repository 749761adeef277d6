"""Step: write where an account stands, and since when.

Owns: the append-only record of places (what was known when). Does not own: the path on any row
(`bss.hierarchy.rewrite_paths`), or whether an account may stand there (the commands; `sync`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.transaction.begin import Transaction


async def place_account(tx: Transaction, account_id: UUID, parent_id: UUID | None, path: str, now: datetime) -> None:
    """Write the first place of a new account."""
    await tx.connection.execute(
        "INSERT INTO account_placement (id, organisation_id, path, account_id, parent_id, place, effective_from,"
        " recorded_from) VALUES ($1, $2, $3, $4, $5, $3, $6, $6)",
        *(uuid7(), tx.organisation_id, path, account_id, parent_id, now),
    )


# What stood under the old place at the instant or later is closed on record; what was before the instant is written
# again as it was, and what is after it under the new place. An account that left in between is among them.
_CLOSE = """
UPDATE account_placement SET recorded_to = greatest(recorded_from, $5)
WHERE organisation_id = $1 AND recorded_to IS NULL AND place >= $2 AND place < $2 || '~'
  AND (effective_to IS NULL OR effective_to > $4)
RETURNING path, account_id, parent_id, place, effective_from, effective_to
"""
_PLACE = f"""
WITH closed AS ({_CLOSE}),
written AS (
  SELECT path, account_id, parent_id, place, effective_from, $4 AS effective_to FROM closed WHERE effective_from < $4
  UNION ALL
  SELECT path, account_id, CASE WHEN account_id = $6 THEN $7 ELSE parent_id END,
    $3::text || substr(place, length($2) + 1), greatest(effective_from, $4), effective_to FROM closed)
INSERT INTO account_placement (id, organisation_id, path, account_id, parent_id, place, effective_from, effective_to,
  recorded_from)
SELECT gen_random_uuid(), $1, path, account_id, parent_id, place, effective_from, effective_to, $5 FROM written
"""


@dataclass(frozen=True)
class Removal:
    """An account goes to stand below another, with all that is below it; it has the path `old_path` until then."""

    account_id: UUID
    parent_id: UUID
    old_path: str
    new_path: str
    effective_at: datetime


async def replace_accounts(tx: Transaction, removal: Removal, *, now: datetime) -> None:
    """Write the places of the account and of those below it from the instant on. One statement."""
    await tx.connection.execute(
        _PLACE,
        *(tx.organisation_id, removal.old_path, removal.new_path, removal.effective_at, now),
        *(removal.account_id, removal.parent_id),
    )
