"""`bss job`: see what waits or is parked, and resume it."""

from __future__ import annotations

from uuid import UUID

import click

from bss.identifier import Kind, public
from bss.jobs.claim import ResumeJob, resume
from bss.jobs.job import Job, JobState
from bss.jobs.queries import listed, many
from bss.transaction.page import MOST_ROWS
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers
from server.command_line.arguments import PublicId, of_organisation
from server.command_line.opening import asked, clock


@click.group()
def job() -> None:
    """Jobs: what is due, running or parked."""


@job.command("list")
@answers
@of_organisation
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--first", type=click.IntRange(1, MOST_ROWS), default=50, show_default=True, help="Rows.")
def list_jobs(organisation: str, state: str | None, first: int) -> Listing:
    """List the jobs of ORGANISATION (its slug), the most overdue first."""
    wanted = None if state is None else JobState(state)
    found = asked(organisation, lambda viewer: listed(viewer, wanted, most=first + 1))
    more = "There are more: --state, --first" if len(found) > first else None
    shown = ("id", "state", "kind", "dueAt", "faults", "reason")
    return Listing([_card(each) for each in found[:first]], shown, "No jobs.", more)


@job.command("resume")
@answers
@of_organisation
@click.argument("job_id", type=PublicId(Kind.JOB))
def resume_job(organisation: str, job_id: UUID) -> Record:
    """Make a parked job of ORGANISATION (its slug) due again."""

    async def body(viewer: Viewer) -> Job:
        await resume(viewer, ResumeJob(job_id), now=clock().now())
        return (await many(viewer, (job_id,)))[job_id]

    return _card(asked(organisation, body))


def _card(found: Job) -> Record:
    return {
        "id": public(Kind.JOB, found.id),
        "state": found.state,
        "kind": found.kind,
        "key": found.key,
        "dueAt": found.due_at,
        "attempts": found.attempts,
        "faults": found.faults,
        "reason": found.reason,
    }
