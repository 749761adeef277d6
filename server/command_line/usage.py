"""`bss usage`: import readings from a file, export hours to one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bss.catalogue.product import ProductKind
from bss.identifier import Kind, MalformedId, private, public
from bss.metering.column_mapping import MAPPINGS
from bss.metering.csv_file import import_csv
from bss.metering.export import Export, export_hours
from bss.metering.reading import Report
from bss.organisations.queries import one
from bss.period import Period
from bss.subscriptions.queries import named
from server.command_line.opening import clock, organisation_named, told, with_installation
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


_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])


@usage.command("export")
@click.argument("organisation")
@click.option("--account", help="An account with all below it (acc_…). Default: the whole organisation.")
@click.option("--from", "start", type=_INSTANT, required=True, help="The first hour, in UTC.")
@click.option("--until", type=_INSTANT, required=True, help="The hour that is not in it any more, in UTC.")
@click.option("--kind", type=click.Choice([kind.value for kind in ProductKind]), help="Only products of this kind.")
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="A file. Default: standard output.")
def export_usage(
    organisation: str, account: str | None, start: datetime, until: datetime, kind: str | None, output: BinaryIO
) -> None:
    """Export the hourly usage of ORGANISATION (its slug) as CSV: a line for each hour of each resource."""
    if until <= start:
        raise click.BadParameter("The period ends before it starts.", param_hint="--until")
    window = Period(start.replace(tzinfo=UTC), until.replace(tzinfo=UTC))

    async def write(lines: bytes) -> None:
        output.write(lines)

    async def body(_: Installation) -> int:
        viewer = (await organisation_named(organisation)).system("command line")
        path = viewer.path
        if account is not None:
            try:
                path = (await one(viewer, private(Kind.ACCOUNT, account), path=("--account",))).path
            except MalformedId as malformed:
                raise click.BadParameter(str(malformed), param_hint="--account") from malformed
        return await export_hours(viewer, Export(path, window, None if kind is None else ProductKind(kind)), write)

    told(f"{with_installation(body):,} lines")
