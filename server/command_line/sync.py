"""`bss sync`: how the links between organisations stand."""

from __future__ import annotations

import click

from bss.organisations.directory import organisations
from server.command_line.opening import with_installation
from server.installation import Installation
from sync.status import LinkStatus, link_statuses


@click.group()
def sync() -> None:
    """Links between a reseller's books and its distributor's."""


@sync.command("status")
def status() -> None:
    """Every link of this installation, seen from each side."""

    async def body(_: Installation) -> list[tuple[str, LinkStatus]]:
        found = []
        for entry in await organisations():
            found += [(entry.slug, each) for each in await link_statuses(entry.system("command line"))]
        return found

    rows = with_installation(body)
    for slug, each in rows:
        click.echo(f"{slug}: {each.as_text()}")
    if not rows:
        click.echo("No links.")
