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

    meaning: str

    def __new__(cls, value: str, meaning: str) -> JobKind:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.meaning = meaning
        return kind

    BILL_RUN = "bill:run", "Close the ended billing periods and issue their invoices; key: the bill run."
    INVOICE_RENDER = "invoice:render", "Make the PDF of an issued invoice and store it; key: the invoice."
    SYNC_CAPTURE_ACCOUNT = "sync:capture-account", "Prepare an account's state for its link; key: the account."
    SYNC_CAPTURE_SUBSCRIPTION = (
        "sync:capture-subscription",
        "Prepare a subscription's timeline for its link; key: the subscription.",
    )
    SYNC_CAPTURE_SUPPLY = "sync:capture-supply", "Prepare the terms of a reseller for its link; key: the price list."
    SYNC_CAPTURE_USAGE = "sync:capture-usage", "Prepare unsent hourly usage for its links; key: the usage batch."
    SYNC_DELIVER = "sync:deliver", "Send what waits on a link and conclude the answers; key: the link."


class JobState(StrEnum):
    """Due → running → done, or back to due after a failure, or parked for a person."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True)
class Job:
    """A claimed or listed job. `key` names the object; `wanted` counts the requests that were coalesced."""

    id: UUID
    kind: JobKind
    key: str
    state: JobState
    due_at: datetime
    attempts: int
    wanted: int
    reason: str | None


LEASE = timedelta(minutes=5)
"""A worker that was killed is replaced after its lease; a lease outlives the longest single step."""

MOST_ATTEMPTS = 8


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts: 1, 2, 4, … seconds, at most five minutes."""
    return timedelta(seconds=min(2 ** (attempts - 1), 300))
