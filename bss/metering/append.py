"""Append readings of a source to an organisation's usage, in any number, in one transaction.

Owns: the use case: stage, check, count, tell. One file is one transaction, so that a bad one changes nothing and
a repeated one adds nothing. Does not own: the checks (`stage`), the statement that counts (`count`), or any format
of files (`csv_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bss.canonical import digest
from bss.audit.record import audit
from bss.metering.count import count
from bss.metering.reading import Reading, Report
from bss.metering.stage import Findings, stage
from bss.permission import Permission
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer


async def append(viewer: Viewer, source: str, readings: Iterable[Reading], *, now: datetime) -> Report:
    """Record the readings that are new; `source` and event id decide. Readings may be a generator.

    Raises `InvalidInput` with up to fifty problems by index, and `EventIdReused`; then nothing is written.
    """
    return await append_numbered(viewer, source, enumerate(readings), Findings("reading"), now=now)
