"""Step: refuse a move after which something that is in service could not be charged.

Owns: that a missing price or edge refuses the move and not the billing. Does not own: which prices are missing
(`bss.agreements`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.agreements.queries import missing_prices
from bss.organisations.queries import one
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.begin_service import PriceMissing
from bss.transaction.begin import Transaction

_ONE_OF_EACH = """
SELECT DISTINCT ON (offering_id) id FROM subscription
WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~'
  AND NOT (state = 'cancelled' AND (ends_at <= $3 OR ends_at = starts_at)) ORDER BY offering_id, id
"""


async def refuse_uncharged(tx: Transaction, account_id: UUID, at: datetime) -> None:
    """Raise `PriceMissing` unless every edge above the account, where it stands now, prices what is sold in it.

    Each offering is asked for once, at the account that moved: what is below it moved along with its edges.
    """
    account = await one(tx.viewer, account_id)
    rows = await tx.connection.fetch(_ONE_OF_EACH, tx.organisation_id, account.path, at)
    offerings = await subscriptions.offerings(tx.viewer, [row["id"] for row in rows])
    lacking = []
    for offering in offerings.values():
        if missing := await missing_prices(tx.viewer, account.path, offering, at):
            lacking.append(f"{offering.name} would have no price on {', '.join(missing)}.")
    if lacking:
        raise PriceMissing(" ".join(lacking), ("newParentId",))
