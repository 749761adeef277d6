"""`bss host`: the hosts at which an organisation's people come in. Whose a name is, the operator answers for."""

from __future__ import annotations

from uuid import UUID

import click

from bss.brands.add_host import AddHost, add_host
from bss.brands.queries import Host, hosts
from bss.brands.remove_host import RemoveHost, remove_host
from bss.identifier import Kind, public
from bss.organisations.queries import organisation as own_organisation
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers
from server.command_line.arguments import PublicId, of_organisation
from server.command_line.opening import asked, clock


@click.group()
def host() -> None:
    """Hosts: the names at which people come in."""


@host.command("add")
@answers
@of_organisation
@click.argument("name")
@click.option("--account", type=PublicId(Kind.ACCOUNT), help="Whose people come in there. Default: the root.")
def add(organisation: str, name: str, account: UUID | None) -> Record:
    """Add the host NAME, such as shop.example.com, to ORGANISATION (its slug): make sure that it is theirs."""

    async def body(viewer: Viewer) -> Record:
        whose = account or (await own_organisation(viewer)).root_account_id
        await add_host(viewer, AddHost(whose, name), now=clock().now())
        return next(_card(each) for each in await hosts(viewer) if each.name == name)

    return asked(organisation, body)


@host.command("list")
@answers
@of_organisation
def list_hosts(organisation: str) -> Listing:
    """List the hosts of ORGANISATION (its slug)."""
    found = asked(organisation, hosts)
    return Listing([_card(each) for each in found], ("name", "accountId", "addedAt"), "No hosts.")


@host.command("remove")
@answers
@of_organisation
@click.argument("name")
def remove(organisation: str, name: str) -> Record:
    """Remove the host NAME of ORGANISATION (its slug); who is signed in there is so no longer."""

    async def body(viewer: Viewer) -> Record:
        await remove_host(viewer, RemoveHost(name), now=clock().now())
        return {"name": name, "removed": True}

    return asked(organisation, body)


def _card(found: Host) -> Record:
    return {"name": found.name, "accountId": public(Kind.ACCOUNT, found.account_id), "addedAt": found.added_at}
