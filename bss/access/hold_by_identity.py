"""Step: what somebody holds by the groups that their identity provider says they are in, as of this sign-in.

Owns: that it is no more and no less than what is wanted now, and that what people of the organisation ended stays
ended. Does not own: what is wanted (`bss.providers`), or what people gave by hand, which stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.transaction.begin import Transaction

_END_LOST = """
WITH wanted AS (SELECT * FROM unnest($4::uuid[], $5::text[]) AS w(account_id, role)),
ended AS (
  UPDATE membership m SET ended_at = $6, lost_at_sign_in = true
  WHERE organisation_id = $1 AND person_id = $2 AND identity_id = $3 AND ended_at IS NULL
    AND NOT EXISTS (SELECT FROM wanted w WHERE w.account_id = m.account_id AND w.role = m.role)
  RETURNING id
)
UPDATE api_token t SET revoked_at = $6 FROM ended
WHERE t.organisation_id = $1 AND t.membership_id = ended.id AND t.revoked_at IS NULL
"""
_GIVE = """
INSERT INTO membership (id, organisation_id, path, person_id, account_id, role, identity_id, lost_at_sign_in)
SELECT w.id, $1, w.path, $2, w.account_id, w.role, $3, false
FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[]) AS w(account_id, role, id, path)
WHERE NOT EXISTS (
  SELECT FROM membership m WHERE m.organisation_id = $1 AND m.person_id = $2 AND m.identity_id = $3
    AND m.account_id = w.account_id AND m.role = w.role AND m.ended_at IS NOT NULL AND NOT m.lost_at_sign_in
)
ON CONFLICT DO NOTHING
"""
_RUNNING = """
SELECT FROM membership WHERE organisation_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY id FOR UPDATE
"""
_HELD = """
SELECT m.id FROM membership m
JOIN unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS w(account_id, role, place)
  ON w.account_id = m.account_id AND w.role = m.role
WHERE m.organisation_id = $1 AND m.person_id = $2 AND m.ended_at IS NULL
ORDER BY w.place
"""
_END_STRAYED = """
WITH ended AS (
  UPDATE membership m SET ended_at = $3, lost_at_sign_in = true FROM identity i
  WHERE m.organisation_id = $1 AND starts_with(m.path, $2) AND m.ended_at IS NULL
    AND i.organisation_id = $1 AND i.id = m.identity_id AND NOT starts_with(m.path, i.path)
  RETURNING m.id
)
UPDATE api_token t SET revoked_at = $3 FROM ended
WHERE t.organisation_id = $1 AND t.membership_id = ended.id AND t.revoked_at IS NULL
"""
_END_ALL = """
WITH ended AS (
  UPDATE membership m SET ended_at = $4, lost_at_sign_in = true FROM identity i
  WHERE m.organisation_id = $1 AND m.ended_at IS NULL
    AND i.organisation_id = $1 AND i.id = m.identity_id AND i.account_id = $2 AND i.issuer = $3
  RETURNING m.id
)
UPDATE api_token t SET revoked_at = $4 FROM ended
WHERE t.organisation_id = $1 AND t.membership_id = ended.id AND t.revoked_at IS NULL
"""


@dataclass(frozen=True)
class Wanted:
    """A role over an account, as a rule of a provider gives it."""

    account_id: UUID
    path: str
    role: str


async def hold_by_identity(
    tx: Transaction, person_id: UUID, identity_id: UUID, wanted: Sequence[Wanted], now: datetime
) -> tuple[UUID, ...]:
    """Give what is wanted and end what is not any more; the running memberships that are wanted, in their order.

    A membership of the identity that somebody ended by hand is not given again. What somebody gave by hand stays, and
    is not among those that come back unless it is wanted, too: the provider vouches for no more than its rules give.
    """
    accounts, roles = [each.account_id for each in wanted], [each.role for each in wanted]
    whose = (tx.organisation_id, person_id, identity_id)
    # Whoever ends one of them at this moment is waited for, and so seen by what follows.
    await tx.connection.execute(_RUNNING, tx.organisation_id, person_id)
    await tx.connection.execute(_END_LOST, *whose, accounts, roles, now)
    places = [each.path for each in wanted]
    await tx.connection.execute(_GIVE, *whose, accounts, roles, [uuid7() for _ in wanted], places)
    rows = await tx.connection.fetch(_HELD, tx.organisation_id, person_id, accounts, roles)
    return tuple(row["id"] for row in rows)


async def end_strayed(tx: Transaction, path: str, now: datetime) -> None:
    """End what sign-ins gave at this place and below it, and does not lie below the providers' accounts any more."""
    await tx.connection.execute(_END_STRAYED, tx.organisation_id, path, now)


async def end_all_of(tx: Transaction, account_id: UUID, issuer: str, now: datetime) -> None:
    """End what sign-ins at an account's hosts gave to those whom an issuer knows; another provider may give it anew."""
    await tx.connection.execute(_END_ALL, tx.organisation_id, account_id, issuer, now)
