"""`bss doctor`: the catalogue, the invariants, the jobs."""

from __future__ import annotations

import sys

import click

from server.command_line.opening import with_installation
from server.examination import Finding, examine
from server.installation import Installation


@click.command()
@click.option("--quick", is_flag=True, help="Only whether the database answers and no job is long overdue.")
def doctor(quick: bool) -> None:
    """Examine the installation; exit 1 when something is wrong."""

    async def body(_: Installation) -> tuple[Finding, ...]:
        return await examine(quick=quick)

    results = with_installation(body)
    for each in results:
        click.echo(f"{'ok  ' if each.good else 'BAD '} {each.subject}: {each.says}")
    if not all(each.good for each in results):
        sys.exit(1)
