"""`bss provider`: by which identity providers (OpenID Connect) people come in at an account's hosts."""

from __future__ import annotations

import sys
from uuid import UUID

import click

from bss.identifier import Kind, MalformedId, private, public
from bss.organisations.queries import organisation as own_organisation
from bss.providers import queries
from bss.providers.add_provider import AddProvider, add_provider
from bss.providers.provider import SCOPES, Rule, Terms
from bss.providers.queries import Provider
from bss.providers.retire_provider import RetireProvider, retire_provider
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


@click.group()
def provider() -> None:
    """Identity providers: who says who somebody is, and what their groups there give them."""


@provider.command("list")
@answers
@of_organisation
@click.option("--account", type=PublicId(Kind.ACCOUNT), help="Only those of this account.")
@page_of(Kind.PROVIDER)
def list_providers(organisation: str, account: UUID | None, first: int, after: UUID | None) -> Listing:
    """List the identity providers of ORGANISATION (its slug), oldest first, retired ones too."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.provider_page(viewer, PageRequest(first, after), account_id=account)
        return listing(page, _card, ("id", "accountId", "name", "issuer", "retiredAt"), "No identity providers.")

    return asked(organisation, body)


@provider.command("add")
@answers
@of_organisation
@click.argument("name")
@click.option("--issuer", required=True, help="The provider's issuer, as it writes it: https://login.example.com")
@click.option("--client-id", required=True, help="What this installation is called there.")
@click.option(
    "--public", "is_public", is_flag=True, help="The client has no secret. Otherwise it is the standard input."
)
@click.option(
    "--domain", "domains", multiple=True, required=True, help="Of which newcomers' addresses are; again for each."
)
@click.option(
    *("--rule", "rules"),
    multiple=True,
    metavar="GROUP=ROLE[@acc_…]",
    help="Who is in GROUP has ROLE over the account; again for each. The first that holds is signed in as.",
)
@click.option("--account", type=PublicId(Kind.ACCOUNT), help="At whose hosts people come in. Default: the root.")
@click.option("--scopes", default=SCOPES, show_default=True, help="What is asked for.")
@click.option("--groups-claim", default="groups", show_default=True, help="The claim with somebody's groups.")
def add(
    *,
    organisation: str,
    name: str,
    issuer: str,
    client_id: str,
    is_public: bool,
    domains: tuple[str, ...],
    rules: tuple[str, ...],
    account: UUID | None,
    scopes: str,
    groups_claim: str,
) -> Record:
    """Add the provider called NAME to ORGANISATION (its slug); the client's secret is read from the standard input."""
    secret = None if is_public else sys.stdin.readline().strip()

    async def body(viewer: Viewer) -> Record:
        whose = account or (await own_organisation(viewer)).root_account_id
        given = tuple(_rule(each, whose) for each in rules)
        terms = Terms(name, client_id, scopes, groups_claim, domains, given)
        made = await add_provider(viewer, AddProvider(whose, issuer, terms, secret), now=clock().now())
        return await _shown(viewer, made.object_id)

    return asked(organisation, body)


@provider.command("retire")
@answers
@of_organisation
@click.argument("provider_id", type=PublicId(Kind.PROVIDER))
def retire(organisation: str, provider_id: UUID) -> Record:
    """Retire a provider of ORGANISATION (its slug); who came in by it is signed out."""

    async def body(viewer: Viewer) -> Record:
        await retire_provider(viewer, RetireProvider(provider_id), now=clock().now())
        return await _shown(viewer, provider_id)

    return asked(organisation, body)


def _rule(text: str, default: UUID) -> Rule:
    group, equals, given = text.rpartition("=")
    role, _, account = given.partition("@")
    try:
        place = private(Kind.ACCOUNT, account) if account else default
    except MalformedId as malformed:
        raise click.UsageError(f"--rule {text!r}: {malformed}.") from malformed
    if not (equals and group and role):
        raise click.UsageError(f"--rule {text!r} is not GROUP=ROLE or GROUP=ROLE@acc_….")
    return Rule(group, role, place)


async def _shown(viewer: Viewer, provider_id: UUID) -> Record:
    return _card((await queries.providers(viewer, (provider_id,)))[provider_id])


def _card(found: Provider) -> Record:
    identifier, terms = public(Kind.PROVIDER, found.id), found.terms
    return {
        "id": identifier,
        "accountId": public(Kind.ACCOUNT, found.account_id),
        "name": terms.name,
        "issuer": found.issuer,
        "clientId": terms.client_id,
        "scopes": terms.scopes,
        "groupsClaim": terms.groups_claim,
        "domains": list(terms.domains),
        "rules": [
            {"group": each.group, "role": each.role, "accountId": public(Kind.ACCOUNT, each.account_id)}
            for each in terms.rules
        ],
        "redirectPath": f"/sign-in/{identifier}/back",
        "logoutPath": f"/sign-in/{identifier}/logout",
        "addedAt": found.added_at,
        "retiredAt": found.retired_at,
    }
