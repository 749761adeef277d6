"""A job: something to be done later, at least once, with one effect.

Owns: the kinds, the states and the retry rule. Does not own: the work behind a kind (`workers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class JobKind(StrEnum):
    """What a job does; the key names on what. Alphabetical."""

    BILL_RUN = "bill:run"
    BILL_SCHEDULE = "bill:schedule"
    INVOICE_DELIVER = "invoice:deliver"
    INVOICE_RENDER = "invoice:render"
    SYNC_AWAIT_PAYMENT = "sync:await-payment"
    SYNC_CAPTURE_ACCOUNT = "sync:capture-account"
    SYNC_CAPTURE_PAID = "sync:capture-paid"
    SYNC_CAPTURE_SUBSCRIPTION = "sync:capture-subscription"
    SYNC_CAPTURE_SUPPLY = "sync:capture-supply"
    SYNC_CAPTURE_USAGE = "sync:capture-usage"
    SYNC_DELIVER = "sync:deliver"


MEANING: dict[JobKind, str] = {
    JobKind.BILL_RUN: "Close the ended billing periods and issue their invoices; key: the bill run.",
    JobKind.BILL_SCHEDULE: "Look whether billing periods have ended, and ask for their bill run; key: the day.",
    JobKind.INVOICE_DELIVER: "Note that an issued invoice is to be sent, where its issuer sends; key: the invoice.",
    JobKind.INVOICE_RENDER: "Make the PDF of an issued invoice and store it; key: the invoice.",
    JobKind.SYNC_AWAIT_PAYMENT: "Look at a subscription again when it is to be paid for; key: the subscription.",
    JobKind.SYNC_CAPTURE_ACCOUNT: "Prepare an account's state for its link; key: the account.",
    JobKind.SYNC_CAPTURE_PAID: "Look at what was free so far by a price list; key: the price list.",
    JobKind.SYNC_CAPTURE_SUBSCRIPTION: "Prepare a subscription's timeline for its link; key: the subscription.",
    JobKind.SYNC_CAPTURE_SUPPLY: "Prepare the terms of a reseller for its link; key: the price list.",
    JobKind.SYNC_CAPTURE_USAGE: "Prepare unsent hourly usage for its links; key: the usage batch.",
    JobKind.SYNC_DELIVER: "Send what waits on a link and conclude the answers; key: the link.",
}


class JobState(StrEnum):
    """Due → running → done, or back to due after a failure, or parked for a person."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True)
class Job:
    """A claimed or listed job. `key` names the object; `wanted` counts the requests that were coalesced.

    `attempts` and `faults` count since the last success; `claim` is the number of the claim, and never repeats: a
    worker that was thought dead cannot conclude what another one has claimed since.
    """

    id: UUID
    kind: JobKind
    key: str
    state: JobState
    due_at: datetime
    attempts: int
    faults: int
    claim: int
    wanted: int
    reason: str | None


LEASE = timedelta(minutes=5)
"""A worker that was killed is replaced when its lease has ended; one that lives renews it while it works."""

MOST_FAULTS = 8
"""A job that failed, or whose worker was killed, so often in a row is parked."""


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts without success: 1, 2, 4, … seconds, at most five minutes."""
    return timedelta(seconds=min(2 ** min(attempts - 1, 9), 300))
