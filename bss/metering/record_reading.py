"""Record a manual reading: what a person read off a meter, with the evidence for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.identifier import uuid7
from bss.metering.batch import Batch, record_batch
from bss.metering.correction import MOST_REASON, subject_of
from bss.metering.findings import READINGS, Findings
from bss.metering.models import ManualReadingModel
from bss.metering.reading import Reading
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.database import Role

SOURCE = "manual"


@dataclass(frozen=True)
class RecordReading:
    """What a meter said in `[starts_at, ends_at)`, as in `Reading`; a note, and where the evidence is to be found."""

    subscription_id: UUID
    meter: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    value: Decimal
    note: str
    evidence: str


@command("recordReading", requires=Permission.USAGE_IMPORT, refuses=(NotFound,), role=Role.BULK)
async def record_reading(tx: Transaction, request: RecordReading, now: datetime) -> Outcome:
    """Record one reading that a person took, with a note and evidence; it counts like any other."""
    subject = await subject_of(tx, request.subscription_id)
    findings, reading_id = Findings(READINGS), uuid7()
    if problems := [*_problems(request, now)]:
        raise InvalidInput(problems)
    reading = Reading(
        *(str(reading_id), request.subscription_id, request.meter, request.resource),
        *(request.starts_at, request.ends_at, request.value),
    )
    await record_batch(tx, Batch(SOURCE, [(0, reading)], findings), now=now, progress=lambda _: None)
    await ManualReadingModel.create(
        using_db=tx.db,
        id=reading_id,
        organisation_id=tx.organisation_id,
        path=subject.path,
        subscription_id=request.subscription_id,
        meter=request.meter,
        resource=request.resource,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        value=request.value,
        note=request.note.strip(),
        evidence=request.evidence.strip(),
        recorded_at=now,
    )
    return Outcome(reading_id)


def _problems(request: RecordReading, now: datetime) -> Iterator[Problem]:
    for name, text in (("note", request.note), ("evidence", request.evidence)):
        if not 1 <= len(text.strip()) <= MOST_REASON:
            yield Problem((name,), f"This has 1 to {MOST_REASON:,} characters.")
    if request.ends_at > now:
        yield Problem(("endsAt",), "Nobody can have read yet what a meter will say.")
