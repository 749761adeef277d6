"""Claim, conclude, retry and park jobs: the life of a row in the durable job table.

Owns: the lease, and that a job killed at any step is claimed again. Does not own: the work itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.jobs.job import LEASE, MOST_ATTEMPTS, Job, JobKind, JobState, back_off
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction, begin
from bss.transaction.command import Outcome, command
from bss.viewer import Viewer

_COLUMNS = "id, kind, key, state, due_at, attempts, wanted, reason"


def job_of(row: Record) -> Job:
    """The job behind a row of the job table."""
    return Job(
        row["id"],
        JobKind(row["kind"]),
        row["key"],
        JobState(row["state"]),
        row["due_at"],
        row["attempts"],
        row["wanted"],
        row["reason"],
    )


async def claim(viewer: Viewer, *, now: datetime) -> Job | None:
    """Take the organisation's oldest job that is due, or whose worker's lease has ended."""
    async with begin(viewer) as tx:
        row = await tx.connection.fetchrow(
            f"UPDATE job SET state = 'running', lease_until = $2, attempts = attempts + 1 WHERE id = ("
            " SELECT id FROM job WHERE organisation_id = $1 AND due_at <= $3"
            "  AND (state = 'due' OR state = 'running' AND lease_until < $3)"
            " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
            f" AND organisation_id = $1 RETURNING {_COLUMNS}",
            *(tx.organisation_id, now + LEASE, now),
        )
        return None if row is None else job_of(row)


async def conclude(viewer: Viewer, job: Job, *, now: datetime) -> None:
    """The job's work is done; it becomes due again if somebody asked for it meanwhile."""
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "UPDATE job SET state = CASE WHEN wanted > $3 THEN 'due' ELSE 'done' END, due_at = $4,"
            " attempts = 0, lease_until = NULL, reason = NULL"
            " WHERE organisation_id = $1 AND id = $2 AND state = 'running'",
            *(tx.organisation_id, job.id, job.wanted, now),
        )


async def postpone(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work failed: try again after a back-off, or park the job when it was tried often enough."""
    async with begin(viewer) as tx:
        state = JobState.PARKED if job.attempts >= MOST_ATTEMPTS else JobState.DUE
        await tx.connection.execute(
            "UPDATE job SET state = $3, due_at = $4, lease_until = NULL, reason = $5"
            " WHERE organisation_id = $1 AND id = $2 AND state = 'running'",
            *(tx.organisation_id, job.id, state.value, now + back_off(job.attempts), reason),
        )


async def wait(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work cannot be done for a reason that passes by itself: try again for as long as it takes."""
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "UPDATE job SET state = 'due', due_at = $3, lease_until = NULL, reason = $4"
            " WHERE organisation_id = $1 AND id = $2 AND state = 'running'",
            *(tx.organisation_id, job.id, now + back_off(job.attempts), reason),
        )


async def park(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work was refused and trying again cannot help: show it to a person."""
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "UPDATE job SET state = 'parked', lease_until = NULL, reason = $3, due_at = $4"
            " WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, job.id, reason, now),
        )


@dataclass(frozen=True)
class ResumeJob:
    """Resume a parked job."""

    job_id: UUID


@command("resumeJob", requires=Permission.JOB_MANAGE, refuses=(NotFound, WrongState))
async def resume(tx: Transaction, request: ResumeJob, now: datetime) -> Outcome:
    """Make a parked job due again, with its attempts counted from the start."""
    state = await tx.connection.fetchval(
        "SELECT state FROM job WHERE organisation_id = $1 AND id = $2 FOR UPDATE",
        *(tx.organisation_id, request.job_id),
    )
    if state is None:
        raise NotFound("job", ("jobId",))
    if state != JobState.PARKED:
        raise WrongState(f"The job is {state}, not parked.", ("jobId",))
    await tx.connection.execute(
        "UPDATE job SET state = 'due', attempts = 0, reason = NULL, due_at = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, request.job_id, now),
    )
    tx.has_news = True
    return Outcome(request.job_id)
