"""`bss usage`: import readings from a file."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bss.identifier import Kind, public
from bss.metering.column_mapping import MAPPINGS
from bss.metering.csv_file import import_csv
from bss.metering.reading import Report
from bss.subscriptions.queries import named
from server.command_line.opening import clock, organisation_named, with_installation
from server.installation import Installation


@click.group()
def usage() -> None:
    """Usage."""


@usage.command("import")
@click.argument("organisation")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=click.Choice(sorted(MAPPINGS)), default="vm-samples", show_default=True)
@click.option("--source", required=True, help="The name under which event ids are unique.")
def import_usage(organisation: str, file: Path, mapping: str, source: str) -> None:
    """Import FILE (.csv or .csv.gz) into ORGANISATION (its slug).

    Each row belongs to the subscription whose name stands in the mapping's subscription column. A line that is
    wrong is told with its number, and then nothing is written; a repeated import adds nothing.
    """

    async def body(_: Installation) -> Report:
        viewer = (await organisation_named(organisation)).system("command line")
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.completed:>10,} lines"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        ) as bar:
            task = bar.add_task("lines", total=None)
            return await import_csv(
                viewer,
                file,
                MAPPINGS[mapping],
                await named(viewer),
                source,
                now=clock().now(),
                progress=lambda lines: bar.update(task, completed=lines),
            )

    report = with_installation(body)
    click.echo(
        f"{public(Kind.USAGE_BATCH, report.batch_id)}: {report.received:,} readings, {report.accepted:,} new,"
        f" {report.duplicate:,} known already"
    )
