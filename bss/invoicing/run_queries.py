"""Readings of bill runs, which concern the whole organisation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.invoicing.bill_run import BillRunState
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires


@dataclass(frozen=True)
class BillRun:
    """A run that closes what ended by `until`, and what it wrote so far."""

    id: UUID
    until: datetime
    state: BillRunState
    lines: int
    invoices: int
    created_at: datetime
    finished_at: datetime | None


@requires(Permission.BILL_RUN)
async def bill_runs(viewer: Viewer, run_ids: Collection[UUID]) -> dict[UUID, BillRun]:
    """The organisation's bill runs among these, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT id, until, state, lines, invoices, created_at, finished_at FROM bill_run"
            " WHERE organisation_id = $1 AND id = ANY($2)",
            *(tx.organisation_id, list(run_ids)),
        )
    return {row["id"]: BillRun(**{**dict(row), "state": BillRunState(row["state"])}) for row in rows}
