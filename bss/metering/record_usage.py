"""Record a small batch of readings, as a client of the API sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.metering.batch import Batch, record_batch
from bss.metering.findings import READINGS, Findings
from bss.metering.reading import EventIdReused, Reading
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.database import Role

MOST_READINGS = 1000


@dataclass(frozen=True)
class RecordUsage:
    """1 to 1000 readings of one source."""

    source: str
    readings: tuple[Reading, ...]


@command("recordUsage", requires=Permission.USAGE_IMPORT, refuses=(EventIdReused,), role=Role.BULK)
async def record_usage(tx: Transaction, request: RecordUsage, now: datetime) -> Outcome:
    """Record the readings that are new; the id is the batch's."""
    if not 1 <= len(request.readings) <= MOST_READINGS:
        raise InvalidInput.at("readings", f"A batch has 1 to {MOST_READINGS} readings; files are for more.")
    batch = Batch(request.source, enumerate(request.readings), Findings(READINGS))
    report, _ = await record_batch(tx, batch, now=now, progress=lambda _: None)
    return Outcome(report.batch_id)
