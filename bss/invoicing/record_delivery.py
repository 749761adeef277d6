"""Note that an issued invoice is to be sent, where its issuer sends.

Owns: one delivery of each invoice, and its address: the one on the document. Does not own: sending; no mail is sent
yet, so that a delivery waits.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.identifier import derived
from bss.permission import Permission
from bss.transaction.begin import begin
from bss.viewer import Viewer


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"


_WRITE = """
INSERT INTO delivery (id, organisation_id, path, seller_path, invoice_id, address, state, recorded_at)
SELECT $3, i.organisation_id, i.path, i.seller_path, i.id, printed.email, $4, $5
FROM invoice i JOIN issuer ON issuer.organisation_id = i.organisation_id AND issuer.id = i.issuer_id AND issuer.sends
CROSS JOIN LATERAL (SELECT convert_from(i.document, 'UTF8')::jsonb #>> '{bill_to,email}' AS email) AS printed
WHERE i.organisation_id = $1 AND i.id = $2 AND printed.email <> ''
ON CONFLICT DO NOTHING
"""


async def record_delivery(viewer: Viewer, invoice_id: UUID, *, now: datetime) -> None:
    """Write the invoice's delivery once; none where the issuer does not send, or the Bill-To has no address."""
    viewer.require(Permission.BILL_RUN)
    async with begin(viewer) as tx:
        await tx.connection.execute(
            _WRITE,
            *(tx.organisation_id, invoice_id, derived("delivery", invoice_id), DeliveryState.WAITING.value, now),
        )
