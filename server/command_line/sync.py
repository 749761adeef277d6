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
    """Show every link of this installation, seen from each side."""

    async def body(_: Installation) -> list[tuple[str, LinkStatus]]:
        found = []
        for entry in await organisations():
            found += [(entry.slug, each) for each in await link_statuses(entry.system("command line"))]
        return found

    rows = with_installation(body)
    for slug, each in rows:
        click.echo(_told(slug, each))
    if not rows:
        click.echo("No links.")


def _told(slug: str, each: LinkStatus) -> str:
    waiting = f", the oldest since {each.waiting_since:%Y-%m-%d %H:%M}" if each.waiting_since else ""
    trouble = f"\n  last error: {each.last_error}" if each.last_error else ""
    return (
        f"{slug} → {each.peer_name} (as {each.side}): {each.pairs} pairs, {each.refused_pairs} refused;"
        f" {each.acknowledged} acknowledged, {each.pending + each.sent} waiting{waiting}, {each.parked} parked;"
        f" sent through {each.sent_through}, received through {each.received_through}{trouble}"
    )
