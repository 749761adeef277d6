"""Event → jobs: the one table that says what happens after what.

Owns: the table. Does not own: the events (`bss.outbox.event`) or the bodies of the jobs (`workers.work`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bss.jobs.job import JobKind
from bss.outbox.event import EventName
from bss.outbox.relay import Event

REACTIONS: dict[EventName, tuple[JobKind, ...]] = {
    EventName.ACCOUNT_CHANGED: (JobKind.SYNC_CAPTURE_ACCOUNT,),
    EventName.BILL_RUN_REQUESTED: (JobKind.BILL_RUN,),
    EventName.INVOICE_ISSUED: (JobKind.INVOICE_RENDER, JobKind.INVOICE_DELIVER),
    EventName.PRICES_CHOSEN: (JobKind.SYNC_CAPTURE_PAID,),
    EventName.PRICES_PUBLISHED: (JobKind.SYNC_CAPTURE_SUPPLY, JobKind.SYNC_CAPTURE_PAID),
    EventName.SUBSCRIPTION_CHANGED: (JobKind.SYNC_CAPTURE_SUBSCRIPTION,),
    EventName.USAGE_RECORDED: (JobKind.SYNC_CAPTURE_USAGE,),
}


def jobs_of(event: Event) -> Iterator[tuple[JobKind, str]]:
    """The jobs that an event causes; the key is the subject."""
    for kind in REACTIONS[event.name]:
        yield kind, str(event.subject_id)
