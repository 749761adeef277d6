"""Step: look once a day whether billing periods have ended, and ask for the run that closes them.

Owns: when one looks, and that what ended is asked for once, however long nobody could look. Does not own: the run
(`bss.invoicing.bill_run`), or whether the organisation wants this (`bss.invoicing.set_billing_schedule`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bss.invoicing.bill_run import RequestBillRun, request_bill_run
from bss.invoicing.open_periods import open_periods
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.module import Module
from bss.organisations.queries import organisation
from bss.period import local_day, zone_named
from bss.transaction.begin import Transaction, begin, reading
from bss.viewer import Viewer

EARLY = timedelta(hours=3)
"""After local midnight, when the day before has been metered and the clocks have been changed."""


async def look_on(tx: Transaction, day: datetime, *, now: datetime) -> None:
    """Look on the day of this instant; at once, when its hour has passed. Asking twice is asking once."""
    zone = (await organisation(tx.viewer)).zone
    local = zone_named(zone)
    due_at = max(local_day(day, zone).start + EARLY, now)
    await enqueue(tx, JobKind.BILL_SCHEDULE, f"{day.astimezone(local):%Y-%m-%d}", now=due_at)


async def bill_on_schedule(viewer: Viewer, *, now: datetime) -> None:
    """Ask for a bill run of the periods whose days of grace have passed, if there are any, and look again tomorrow.

    Only a period that ended after the last run's `until` is a reason for another one: a run that was parked waits for
    a person, and the next one bills what it left.
    """
    card = await organisation(viewer)
    if card.billing_grace_days is None:
        return
    today = local_day(now, card.zone)
    async with begin(viewer) as tx:
        await look_on(tx, today.end, now=now)
    if Module.BILLING not in card.modules:
        return
    until = _days_before(today.start, card.billing_grace_days, zone_named(card.zone))
    async with reading(viewer) as tx:
        asked = await tx.connection.fetchval(
            "SELECT max(until) FROM bill_run WHERE organisation_id = $1", tx.organisation_id
        )
        ended = [one.period.end for one in await open_periods(tx, until)]
    if any(asked is None or end > asked for end in ended):
        await request_bill_run(viewer, RequestBillRun(until), now=now)


def _days_before(midnight: datetime, days: int, local: ZoneInfo) -> datetime:
    """Local midnight so many calendar days earlier."""
    return local_day(midnight.astimezone(local) - timedelta(days=days), local.key).start
