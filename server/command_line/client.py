"""`bss client`: API clients, which get access tokens by OAuth 2.0."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import orjson

from bss.access.admit import Admit, admit
from bss.clients import queries
from bss.clients.client import Client
from bss.clients.create_client import CreateClient, create_client
from bss.clients.public_key import PublicKey, public_keys
from bss.clients.retire_client import RetireClient, retire_client
from bss.clients.rotate_client_secret import RotateClientSecret, rotate_client_secret
from bss.clients.set_client_keys import SetClientKeys, set_client_keys
from bss.identifier import Kind, public
from bss.organisations.queries import organisation as own_organisation
from bss.permission import Permission
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock

_KEYS = click.Path(exists=True, dir_okay=False, path_type=Path)
_OF_CLIENT = click.argument("client_id", type=PublicId(Kind.CLIENT))


@click.group()
def client() -> None:
    """API clients: programs that get access tokens by OAuth 2.0."""


@client.command("create")
@answers
@of_organisation
@click.argument("name")
@click.option("--role", help="Admit a new member called NAME with this role of the organisation.")
@click.option(
    "--account", type=PublicId(Kind.ACCOUNT), help="With --role: over this account and all below it. Default: the root."
)
@click.option("--membership", type=PublicId(Kind.MEMBERSHIP), help="For a member who is there already.")
@click.option(
    *("--scope", "scopes"),
    type=click.Choice([each.value for each in Permission]),
    multiple=True,
    required=True,
    metavar="WORD",
    help="A permission that its tokens may have, such as usage:view; again for each.",
)
@click.option("--keys", "key_file", type=_KEYS, help="A JWK set with its public keys. Default: a secret.")
def create(
    organisation: str,
    name: str,
    role: str | None,
    account: UUID | None,
    membership: UUID | None,
    scopes: tuple[str, ...],
    key_file: Path | None,
) -> Record:
    """Create a client called NAME in ORGANISATION (its slug); its secret is shown this once."""
    if (role is None) == (membership is None):
        raise click.UsageError("Give --role or --membership, and not both.")
    if membership is not None and account is not None:
        raise click.UsageError("Give --account with --role only; a membership has its account.")
    keys = () if key_file is None else _keys_in(key_file)
    allowed = frozenset(Permission(word) for word in scopes)

    async def body(viewer: Viewer) -> Record:
        now = clock().now()
        member = membership or await _admitted(viewer, name, role or "", account, now)
        made = await create_client(viewer, CreateClient(member, name, allowed, keys), now=now)
        return {**await _shown(viewer, made.object_id), "secret": made.secret}

    return asked(organisation, body)


@client.command("list")
@answers
@of_organisation
@page_of(Kind.CLIENT)
def list_clients(organisation: str, first: int, after: UUID | None) -> Listing:
    """List the clients of ORGANISATION (its slug), oldest first, retired ones too."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.client_page(viewer, PageRequest(first, after))
        return listing(page, _card, ("id", "name", "method", "scopes", "retiredAt"), "No clients.")

    return asked(organisation, body)


@client.command("rotate")
@answers
@of_organisation
@_OF_CLIENT
def rotate(organisation: str, client_id: UUID) -> Record:
    """Give a client of ORGANISATION (its slug) a new secret, shown this once; the old one is worth nothing."""

    async def body(viewer: Viewer) -> Record:
        made = await rotate_client_secret(viewer, RotateClientSecret(client_id), now=clock().now())
        return {**await _shown(viewer, client_id), "secret": made.secret}

    return asked(organisation, body)


@client.command("keys")
@answers
@of_organisation
@_OF_CLIENT
@click.argument("key_file", metavar="FILE", type=_KEYS)
def keys_of(organisation: str, client_id: UUID, key_file: Path) -> Record:
    """Replace the public keys of a client of ORGANISATION (its slug) by those of FILE, a JWK set."""
    keys = _keys_in(key_file)

    async def body(viewer: Viewer) -> Record:
        await set_client_keys(viewer, SetClientKeys(client_id, keys), now=clock().now())
        return await _shown(viewer, client_id)

    return asked(organisation, body)


@client.command("retire")
@answers
@of_organisation
@_OF_CLIENT
def retire(organisation: str, client_id: UUID) -> Record:
    """Retire a client of ORGANISATION (its slug), and its tokens, at once and for good."""

    async def body(viewer: Viewer) -> Record:
        await retire_client(viewer, RetireClient(client_id), now=clock().now())
        return await _shown(viewer, client_id)

    return asked(organisation, body)


def _keys_in(file: Path) -> tuple[PublicKey, ...]:
    """The keys of a JWK set in a file."""
    try:
        found = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise click.UsageError('The file is no JWK set: {"keys": [...]}.')
    return public_keys(found["keys"])


async def _admitted(viewer: Viewer, name: str, role: str, account: UUID | None, now: datetime) -> UUID:
    """A new membership, over the root account when no account is given."""
    over = account or (await own_organisation(viewer)).root_account_id
    return (await admit(viewer, Admit(name, over, role), now=now)).object_id


async def _shown(viewer: Viewer, client_id: UUID) -> Record:
    return _card((await queries.clients(viewer, (client_id,)))[client_id])


def _card(found: Client) -> Record:
    return {
        "id": public(Kind.CLIENT, found.id),
        "name": found.name,
        "membershipId": public(Kind.MEMBERSHIP, found.membership_id),
        "method": found.method,
        "keyIds": found.key_ids,
        "scopes": found.scopes,
        "createdAt": found.created_at,
        "retiredAt": found.retired_at,
    }
