"""`bss usage`: import readings from a file, export hours to one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bss.catalogue.product import ProductKind
from bss.identifier import Kind, public
from bss.metering.column_mapping import MAPPINGS
from bss.metering.csv_file import import_csv
from bss.metering.export import Export, export_hours
from bss.metering.reading import Report
from bss.organisations.queries import one
from bss.period import Period
from bss.subscriptions.queries import named
from bss.viewer import Viewer
from server.command_line.answer import Record, answers
from server.command_line.arguments import INSTANT, PublicId, of_organisation
from server.command_line.opening import asked, clock, told


@click.group()
def usage() -> None:
    """Usage."""


@usage.command("import")
@answers
@of_organisation
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=click.Choice(sorted(MAPPINGS)), default="vm-samples", show_default=True)
@click.option("--source", required=True, help="The name under which event ids are unique.")
def import_usage(organisation: str, file: Path, mapping: str, source: str) -> Record:
    """Import FILE (.csv or .csv.gz) into ORGANISATION (its slug).

    Each row belongs to the subscription whose name stands in the mapping's subscription column. A line that is
    wrong is told with its number, and then nothing is written; a repeated import adds nothing.
    """

    async def body(viewer: Viewer) -> Report:
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

    report = asked(organisation, body)
    return {
        "batchId": public(Kind.USAGE_BATCH, report.batch_id),
        "received": report.received,
        "accepted": report.accepted,
        "duplicate": report.duplicate,
    }


@usage.command("export")
@of_organisation
@click.option(
    "--account",
    type=PublicId(Kind.ACCOUNT),
    help="An account with all below it (acc_…). Default: the whole organisation.",
)
@click.option("--from", "start", type=INSTANT, required=True, help="The first hour, in UTC.")
@click.option("--until", type=INSTANT, required=True, help="The hour that is not in it any more, in UTC.")
@click.option("--kind", type=click.Choice([kind.value for kind in ProductKind]), help="Only products of this kind.")
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="A file. Default: standard output.")
def export_usage(
    organisation: str, account: UUID | None, start: datetime, until: datetime, kind: str | None, output: BinaryIO
) -> None:
    """Export the hourly usage of ORGANISATION (its slug) as CSV: a line for each hour of each resource."""
    if until <= start:
        raise click.BadParameter("The period ends before it starts.", param_hint="--until")
    window = Period(start, until)

    async def write(lines: bytes) -> None:
        output.write(lines)

    async def body(viewer: Viewer) -> int:
        path = viewer.path if account is None else (await one(viewer, account, path=("--account",))).path
        return await export_hours(viewer, Export(path, window, None if kind is None else ProductKind(kind)), write)

    told(f"{asked(organisation, body):,} lines")
