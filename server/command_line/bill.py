"""`bss bill`: close the ended billing periods and issue their invoices."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from bss.identifier import Kind, public
from bss.invoicing.bill_run import RequestBillRun, request_bill_run
from bss.invoicing.pdf import Xhtml2pdfRenderer
from server.command_line.opening import clock, organisation_named, told, with_installation
from server.command_line.processes import tools_for
from server.installation import Installation
from workers.attend import in_turns


@click.group()
def bill() -> None:
    """Billing."""


@bill.command("run")
@click.argument("organisation")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    help="Close what ended by this instant, in UTC. Default: now.",
)
def bill_run(organisation: str, until: datetime | None) -> None:
    """Bill ORGANISATION (its slug). A second run finds what the first one did and adds nothing."""

    async def body(installation: Installation) -> str:
        viewer = (await organisation_named(organisation)).system("command line")
        now = clock().now()
        limit = now if until is None else until.replace(tzinfo=UTC)
        requested = await request_bill_run(viewer, RequestBillRun(limit), now=now)
        told("The periods that ended are closed, the invoices issued and rendered …")
        async with Xhtml2pdfRenderer() as renderer:
            await in_turns([viewer], tools_for(installation.database, renderer))
        return public(Kind.BILL_RUN, requested.object_id)

    click.echo(f"Done: {with_installation(body)}")
