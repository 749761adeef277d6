"""Step: keep an issuer's logo, or none.

Owns: that an issuer has one logo at most. Does not own: which pictures are taken (`bss.agreements.logo`). Issued
documents have their own copy and do not look here.
"""

from __future__ import annotations

from asyncio import to_thread
from datetime import datetime
from uuid import UUID

from bss.agreements.logo import printable_logo
from bss.identifier import uuid7
from bss.transaction.begin import Transaction

_WRITE = """
INSERT INTO issuer_logo (id, organisation_id, path, issuer_id, media_type, content, sha256, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (organisation_id, issuer_id) DO UPDATE SET
  media_type = excluded.media_type, content = excluded.content, sha256 = excluded.sha256,
  recorded_at = excluded.recorded_at
"""


async def write_logo(tx: Transaction, issuer_id: UUID, path: str, upload: str, *, now: datetime) -> None:
    """Replace the issuer's logo by the upload, a PNG or JPEG in base64; an empty one removes it.

    `path` is the issuer's. Raises `InvalidInput` at `logo`.
    """
    if not upload:
        await tx.connection.execute(
            "DELETE FROM issuer_logo WHERE organisation_id = $1 AND issuer_id = $2", tx.organisation_id, issuer_id
        )
        return
    logo = await to_thread(printable_logo, issuer_id, upload)
    await tx.connection.execute(
        _WRITE, uuid7(), tx.organisation_id, path, issuer_id, logo.media_type, logo.content, logo.sha256, now
    )
