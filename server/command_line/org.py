"""`bss org`: the organisations of this installation, and which modules they have."""

from __future__ import annotations

import click

from bss.identifier import Kind, public
from bss.module import ALL_MODULES, EDITIONS, MEANING, Edition, Module, edition_of
from bss.organisations.directory import organisations
from bss.organisations.queries import Organisation, organisation
from bss.organisations.set_modules import SetModules, set_modules
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers
from server.command_line.arguments import of_organisation
from server.command_line.opening import ACTOR, asked, clock, with_installation
from server.installation import Installation


@click.group()
def org() -> None:
    """Organisations."""


@org.command("list")
@answers
def list_organisations() -> Listing:
    """List the organisations of this installation."""

    async def body(_: Installation) -> list[Record]:
        return [_card(await organisation(entry.system(ACTOR))) for entry in await organisations()]

    rows = with_installation(body)
    return Listing(rows, ("slug", "name", "currency", "zone", "edition", "id"), "No organisations.")


@org.command("show")
@answers
@of_organisation
def show_organisation(organisation: str) -> Record:
    """Show ORGANISATION (its slug)."""
    return asked(organisation, _shown)


@org.command("modules")
@answers
@of_organisation
@click.option("--edition", type=click.Choice([each.value for each in Edition]), help="Switch on exactly this edition.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([each.value for each in Module]),
    help="Switch on exactly these modules; may be given several times.",
)
def modules(organisation: str, edition: str | None, only: tuple[str, ...]) -> Listing:
    """Show the modules of ORGANISATION (its slug), or set which are on."""
    if edition is not None and only:
        raise click.UsageError("Give --edition or --only, not both.")
    wanted = frozenset(map(Module, only)) if edition is None else EDITIONS[Edition(edition)]

    async def body(viewer: Viewer) -> frozenset[Module]:
        if wanted:
            await set_modules(viewer, SetModules(wanted), now=clock().now())
        return await _switched_on(viewer)

    on = asked(organisation, body)
    rows = [{"module": each, "on": each in on, "meaning": MEANING[each]} for each in sorted(ALL_MODULES)]
    return Listing(rows, ("module", "on", "meaning"), "No modules.")


async def _shown(viewer: Viewer) -> Record:
    return _card(await organisation(viewer))


async def _switched_on(viewer: Viewer) -> frozenset[Module]:
    return (await organisation(viewer)).modules


def _card(found: Organisation) -> Record:
    return {
        "id": public(Kind.ORGANISATION, found.id),
        "slug": found.slug,
        "name": found.name,
        "zone": found.zone,
        "currency": found.currency,
        "rootAccountId": public(Kind.ACCOUNT, found.root_account_id),
        "edition": edition_of(found.modules),
        "modules": sorted(found.modules),
    }
