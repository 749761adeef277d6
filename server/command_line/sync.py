"""`bss sync`: how the links between organisations stand."""

from __future__ import annotations

import click

from bss.identifier import Kind, public
from bss.organisations.directory import organisations
from server.command_line.answer import Listing, Record, answers
from server.command_line.opening import ACTOR, with_installation
from server.installation import Installation
from sync.status import LinkStatus, link_statuses


@click.group()
def sync() -> None:
    """Links between a reseller's books and its distributor's."""


@sync.command("status")
@answers
def status() -> Listing:
    """Show every link of this installation, seen from each side."""

    async def body(_: Installation) -> list[Record]:
        return [
            _card(entry.slug, each)
            for entry in await organisations()
            for each in await link_statuses(entry.system(ACTOR))
        ]

    shown = ("organisation", "side", "peer", "pairs", "refusedPairs", "waiting", "waitingSince", "parked", "lastError")
    return Listing(with_installation(body), shown, "No links.")


def _card(slug: str, found: LinkStatus) -> Record:
    return {
        "id": public(Kind.LINK, found.id),
        "organisation": slug,
        "side": found.side,
        "peer": found.peer_name,
        "pairs": found.pairs,
        "refusedPairs": found.refused_pairs,
        "acknowledged": found.acknowledged,
        "waiting": found.pending + found.sent,
        "waitingSince": found.waiting_since,
        "parked": found.parked,
        "sentThrough": found.sent_through,
        "receivedThrough": found.received_through,
        "lastError": found.last_error,
    }
