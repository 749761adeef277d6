"""Let the organisation be billed by itself, or by request only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.invoicing.bill_on_schedule import look_on
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

MOST_GRACE_DAYS = 60


@dataclass(frozen=True)
class SetBillingSchedule:
    """How many whole days after its end a billing period is closed by itself; None: by request only."""

    grace_days: int | None


@command("setBillingSchedule", requires=Permission.BILL_RUN)
async def set_billing_schedule(tx: Transaction, request: SetBillingSchedule, now: datetime) -> Outcome:
    """Close ended periods, and issue their invoices, so many days after they ended; late usage may come till then."""
    if request.grace_days is not None and not 0 <= request.grace_days <= MOST_GRACE_DAYS:
        raise InvalidInput.at("graceDays", f"The days are 0 to {MOST_GRACE_DAYS}.")
    await tx.connection.execute(
        "UPDATE organisation SET billing_grace_days = $2 WHERE organisation_id = $1",
        *(tx.organisation_id, request.grace_days),
    )
    if request.grace_days is not None:
        await look_on(tx, now, now=now)
    return Outcome(tx.organisation_id)
