"""Step: record one batch of readings, inside the caller's transaction.

Owns: the order of staging and counting, the batch's row and its event. Does not own: permission, audit and the
transaction, which its two callers have (`append` for files, `record_usage` for the API).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bss.failpoint import fp
from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.identifier import uuid7
from bss.metering.count import count, find_clashes, rolled_up
from bss.metering.findings import Findings
from bss.metering.models import UsageBatchModel
from bss.metering.reading import MOST_TEXT, Report
from bss.metering.span import note_staged
from bss.metering.stage import Numbered, Progress, stage
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Batch:
    """The readings of one source, numbered, and what was found wrong with them so far."""

    source: str
    numbered: Numbered
    findings: Findings


async def record_batch(tx: Transaction, batch: Batch, *, now: datetime, progress: Progress) -> tuple[Report, Decimal]:
    """Write what is new. Returns the report, and the sum of the new readings' fingerprints, for the audit.

    Raises `InvalidInput` with all that is wrong, and `EventIdReused` when that is all that is wrong.
    """
    if not (0 < len(batch.source) <= MOST_TEXT and batch.source.isprintable()):
        raise InvalidInput.at("source", f"A source has 1 to {MOST_TEXT} printable characters.")
    received = await stage(tx, batch.numbered, batch.findings, progress)
    if batch.findings.are_any:
        await find_clashes(tx, batch.source, batch.findings)
        batch.findings.refuse()
    fp("usage.after_stage")
    counted = await count(tx, batch.source, batch.findings.numbering, received, now=now)
    await note_staged(tx, batch.source)
    report = Report(uuid7(), received, counted.accepted, received - counted.accepted)
    await UsageBatchModel.create(
        using_db=tx.db,
        id=report.batch_id,
        organisation_id=tx.organisation_id,
        path=tx.viewer.path,
        source=batch.source,
        received=report.received,
        accepted=report.accepted,
        duplicate=report.duplicate,
        created_at=now,
    )
    await record(tx, EventName.USAGE_RECORDED, report.batch_id, now=now)
    await announce(tx, Topic.USAGE_ROLLED_UP, await rolled_up(tx), now=now)
    return report, counted.fingerprints
