"""Claim, conclude, retry and park jobs: the life of a row in the durable job table.

Owns: the lease, and that a job killed at any step is claimed again. Does not own: the work itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.jobs.job import LEASE, MOST_FAULTS, Job, JobKind, JobState, back_off
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction, begin
from bss.transaction.command import Outcome, command
from bss.transaction.value import valued
from bss.viewer import Viewer

COLUMNS = "id, kind, key, state, due_at, attempts, faults, claims AS claim, wanted, reason"
_CLAIM = f"""
UPDATE job SET state = 'running', lease_until = $2, attempts = attempts + 1, claims = claims + 1,
  faults = faults + CASE state WHEN 'running' THEN 1 ELSE 0 END
WHERE organisation_id = $1 AND id = (
  SELECT id FROM job WHERE organisation_id = $1 AND due_at <= $3
    AND (state = 'due' OR state = 'running' AND lease_until < $3)
  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {COLUMNS}
"""


job_of = valued(Job, kind=JobKind, state=JobState)
"""The job behind a row of `COLUMNS`."""


async def claim(viewer: Viewer, *, now: datetime) -> Job | None:
    """Take the organisation's oldest job that is due, or whose worker's lease has ended.

    A job that ended its worker too often is parked instead: it would end the next one as well.
    """
    while True:
        async with begin(viewer) as tx:
            row = await tx.connection.fetchrow(_CLAIM, tx.organisation_id, now + LEASE, now)
            job = None if row is None else job_of(row)
            if job is None or job.faults < MOST_FAULTS:
                return job
            reason = f"Its worker ended {job.faults} times while doing it."
            await _end(tx, job, JobState.PARKED, now, reason, job.faults)


async def renew(viewer: Viewer, job: Job, *, now: datetime) -> None:
    """Keep a claimed job for another lease: its worker lives and is at it."""
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "UPDATE job SET lease_until = $4"
            " WHERE organisation_id = $1 AND id = $2 AND claims = $3 AND state = 'running'",
            *(tx.organisation_id, job.id, job.claim, now + LEASE),
        )


async def conclude(viewer: Viewer, job: Job, *, now: datetime) -> None:
    """The job's work is done; it becomes due again if somebody asked for it meanwhile."""
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "UPDATE job SET state = CASE WHEN wanted > $4 THEN 'due' ELSE 'done' END, due_at = $5,"
            " attempts = 0, faults = 0, lease_until = NULL, reason = NULL"
            " WHERE organisation_id = $1 AND id = $2 AND claims = $3 AND state = 'running'",
            *(tx.organisation_id, job.id, job.claim, job.wanted, now),
        )


async def postpone(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work failed: try again after a pause, or park the job when it failed often enough."""
    faults = job.faults + 1
    state = JobState.PARKED if faults >= MOST_FAULTS else JobState.DUE
    async with begin(viewer) as tx:
        await _end(tx, job, state, now + back_off(job.attempts), reason, faults)


async def wait(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work cannot be done for a reason that passes by itself: try again for as long as it takes."""
    async with begin(viewer) as tx:
        await _end(tx, job, JobState.DUE, now + back_off(job.attempts), reason, job.faults)


async def park(viewer: Viewer, job: Job, reason: str, *, now: datetime) -> None:
    """The work was refused and trying again cannot help: show it to a person."""
    async with begin(viewer) as tx:
        await _end(tx, job, JobState.PARKED, now, reason, job.faults)


async def _end(tx: Transaction, job: Job, state: JobState, due_at: datetime, reason: str, faults: int) -> None:
    """Give the claim back, if it is still the last one."""
    await tx.connection.execute(
        "UPDATE job SET state = $4, due_at = $5, reason = $6, faults = $7, lease_until = NULL"
        " WHERE organisation_id = $1 AND id = $2 AND claims = $3 AND state = 'running'",
        *(tx.organisation_id, job.id, job.claim, state.value, due_at, reason, faults),
    )


@dataclass(frozen=True)
class ResumeJob:
    """Resume a parked job."""

    job_id: UUID


@command("resumeJob", requires=Permission.JOB_MANAGE, refuses=(NotFound, WrongState))
async def resume(tx: Transaction, request: ResumeJob, now: datetime) -> Outcome:
    """Make a parked job due again, with its attempts and faults counted from the start."""
    state = await tx.connection.fetchval(
        "SELECT state FROM job WHERE organisation_id = $1 AND id = $2 FOR UPDATE",
        *(tx.organisation_id, request.job_id),
    )
    if state is None:
        raise NotFound("job", ("jobId",))
    if state != JobState.PARKED:
        raise WrongState(f"The job is {state}, not parked.", ("jobId",))
    await tx.connection.execute(
        "UPDATE job SET state = 'due', attempts = 0, faults = 0, reason = NULL, due_at = $3"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, request.job_id, now),
    )
    tx.has_news = True
    return Outcome(request.job_id)
