"""Readings of the job table: for the operations screen, the command line and `doctor`."""

from __future__ import annotations

from bss.jobs.claim import COLUMNS, job_of
from bss.jobs.job import Job, JobState
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires


@requires(Permission.JOB_VIEW)
async def listed(viewer: Viewer, state: JobState | None = None, *, most: int = 200) -> tuple[Job, ...]:
    """The organisation's jobs, the most overdue first."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {COLUMNS} FROM job"
            " WHERE organisation_id = $1 AND ($2::text IS NULL OR state = $2) ORDER BY due_at, id LIMIT $3",
            *(tx.organisation_id, None if state is None else state.value, most),
        )
    return tuple(job_of(row) for row in rows)
