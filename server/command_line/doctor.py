"""`bss doctor`: the catalogue, the invariants, the audit, the jobs."""

from __future__ import annotations

import click

from server.command_line.answer import Listing, answers
from server.command_line.opening import with_installation
from server.examination import Finding, examine
from server.installation import Installation


@click.command()
@answers
@click.option("--quick", is_flag=True, help="Only whether the database answers and no job is long overdue.")
def doctor(quick: bool) -> Listing:
    """Examine the installation; exit 1 when something is wrong."""

    async def body(_: Installation) -> tuple[Finding, ...]:
        return await examine(quick=quick)

    found = with_installation(body)
    rows = [{"good": each.good, "subject": each.subject, "says": each.says} for each in found]
    return Listing(
        rows, ("good", "subject", "says"), "Nothing to examine.", failed=not all(each.good for each in found)
    )
