"""Append the readings of a source, in any number, in one transaction.

Owns: the use case for files and for programs. One call is one transaction, so that a bad file changes nothing and
a repeated one adds nothing. Does not own: what a batch is and does (`batch`), or any format of files (`csv_file`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bss.canonical import digest
from bss.failpoint import fp
from bss.metering.batch import Batch, record_batch
from bss.metering.findings import READINGS, Findings
from bss.metering.reading import Reading, Report
from bss.metering.stage import Progress
from bss.permission import Permission
from bss.transaction.audit import audit
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer


async def append(viewer: Viewer, source: str, readings: Iterable[Reading], *, now: datetime) -> Report:
    """Record the readings that are new: `source` and event id decide. They may come from a generator.

    Raises `InvalidInput` with up to fifty problems by index, and `EventIdReused` when that is all that is wrong; then
    nothing is written.
    """
    batch = Batch(source, enumerate(readings), Findings(READINGS))
    return await append_batch(viewer, batch, now=now, progress=lambda _: None)


async def append_batch(viewer: Viewer, batch: Batch, *, now: datetime, progress: Progress) -> Report:
    """The same for readings with places of their own: the lines of a file."""
    viewer.require(Permission.USAGE_IMPORT)
    async with begin(viewer, role=Role.BULK) as tx:
        report, fingerprints = await record_batch(tx, batch, now=now, progress=progress)
        await audit(
            tx,
            operation="appendUsage",
            object_id=report.batch_id,
            input_digest=digest((batch.source, report.received, report.accepted, fingerprints)),
            key=None,
            now=now,
        )
        fp("usage.before_commit")
    fp("usage.after_commit")
    return report
