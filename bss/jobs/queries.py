"""Readings of the job table: for the operations screen, the command line and `doctor`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bss.jobs.claim import COLUMNS, job_of
from bss.jobs.job import Job, JobState
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
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


@requires(Permission.JOB_VIEW)
async def many(viewer: Viewer, job_ids: Collection[UUID]) -> dict[UUID, Job]:
    """The organisation's jobs among these, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {COLUMNS} FROM job WHERE organisation_id = $1 AND id = ANY($2)",
            *(tx.organisation_id, list(job_ids)),
        )
    return {row["id"]: job_of(row) for row in rows}


@requires(Permission.JOB_VIEW)
async def page(viewer: Viewer, request: PageRequest, *, state: JobState | None = None) -> Page[Job]:
    """The organisation's jobs, or those in a state, oldest first."""
    select = f"SELECT {COLUMNS} FROM job WHERE organisation_id = $1 AND ($2::text IS NULL OR state = $2)"
    arguments = (viewer.organisation_id, None if state is None else state.value)
    return await paged(viewer, select, arguments, request, job_of)
