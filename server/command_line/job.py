"""`bss job`: see what waits or is parked, and resume it."""

from __future__ import annotations

import click

from bss.identifier import Kind, MalformedId, private, public
from bss.jobs.claim import ResumeJob, resume
from bss.jobs.job import Job, JobState
from bss.jobs.queries import listed
from server.command_line.opening import clock, organisation_named, with_installation
from server.installation import Installation


@click.group()
def job() -> None:
    """Jobs: what is due, running or parked."""


@job.command("list")
@click.argument("organisation")
@click.option("--state", type=click.Choice([state.value for state in JobState]))
def list_jobs(organisation: str, state: str | None) -> None:
    """List the jobs of ORGANISATION (its slug), the most overdue first."""

    async def body(_: Installation) -> tuple[Job, ...]:
        entry = await organisation_named(organisation)
        return await listed(entry.system("command line"), None if state is None else JobState(state))

    found = with_installation(body)
    for each in found:
        click.echo(
            f"{public(Kind.JOB, each.id)}  {each.state.value:8}{each.kind.value:28}"
            f"{each.attempts:3} attempts, {each.faults} faults  {each.reason or ''}"
        )
    if not found:
        click.echo("No jobs.")


@job.command("resume")
@click.argument("organisation")
@click.argument("job_id")
def resume_job(organisation: str, job_id: str) -> None:
    """Make a parked job due again."""
    try:
        identifier = private(Kind.JOB, job_id)
    except MalformedId as malformed:
        raise click.BadParameter(str(malformed), param_hint="JOB_ID") from malformed

    async def body(_: Installation) -> None:
        entry = await organisation_named(organisation)
        await resume(entry.system("command line"), ResumeJob(identifier), now=clock().now())

    with_installation(body)
    click.echo(f"{job_id} is due again.")
