"""`bss token`: bearer tokens of people and API clients."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import click

from bss.access import queries
from bss.access.admit import Admit, CreateToken, admit, create_token
from bss.access.queries import Membership, Token
from bss.access.revoke_token import RevokeToken, revoke_token
from bss.identifier import Kind, public
from bss.organisations.queries import organisation as own_organisation
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


@click.group()
def token() -> None:
    """Bearer tokens."""


@token.command("create")
@answers
@of_organisation
@click.argument("name")
@click.option("--role", help="Admit a new API client called NAME with this role of the organisation.")
@click.option(
    "--account", type=PublicId(Kind.ACCOUNT), help="With --role: over this account and all below it. Default: the root."
)
@click.option("--membership", type=PublicId(Kind.MEMBERSHIP), help="For a person or client who is there already.")
@click.option("--days", type=click.IntRange(1, 3650), help="Expires after so many days. Default: never.")
def create(
    organisation: str, name: str, role: str | None, account: UUID | None, membership: UUID | None, days: int | None
) -> Record:
    """Create a token called NAME in ORGANISATION (its slug); its secret is shown this once."""
    if (role is None) == (membership is None):
        raise click.UsageError("Give --role or --membership, and not both.")
    if membership is not None and account is not None:
        raise click.UsageError("Give --account with --role only; a membership has its account.")

    async def body(viewer: Viewer) -> Record:
        now = clock().now()
        member = membership or await _admitted(viewer, name, role or "", account, now)
        expires_at = None if days is None else now + timedelta(days=days)
        made = await create_token(viewer, CreateToken(member, name, expires_at), now=now)
        return {**await _shown(viewer, made.object_id), "secret": made.secret}

    return asked(organisation, body)


@token.command("list")
@answers
@of_organisation
@page_of(Kind.TOKEN)
def list_tokens(organisation: str, first: int, after: UUID | None) -> Listing:
    """List the tokens of ORGANISATION (its slug), oldest first, revoked and expired ones too."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.token_page(viewer, PageRequest(first, after))
        members = await queries.memberships(viewer, {each.membership_id for each in page.rows})
        shown = ("id", "name", "role", "expiresAt", "revokedAt")
        return listing(page, lambda each: _card(each, members[each.membership_id]), shown, "No tokens.")

    return asked(organisation, body)


@token.command("revoke")
@answers
@of_organisation
@click.argument("token_id", type=PublicId(Kind.TOKEN))
def revoke(organisation: str, token_id: UUID) -> Record:
    """Revoke a token of ORGANISATION (its slug), at once and for good."""

    async def body(viewer: Viewer) -> Record:
        await revoke_token(viewer, RevokeToken(token_id), now=clock().now())
        return await _shown(viewer, token_id)

    return asked(organisation, body)


async def _admitted(viewer: Viewer, name: str, role: str, account: UUID | None, now: datetime) -> UUID:
    """A new membership, over the root account when no account is given."""
    over = account or (await own_organisation(viewer)).root_account_id
    return (await admit(viewer, Admit(name, over, role), now=now)).object_id


async def _shown(viewer: Viewer, token_id: UUID) -> Record:
    found = (await queries.tokens(viewer, (token_id,)))[token_id]
    return _card(found, (await queries.memberships(viewer, (found.membership_id,)))[found.membership_id])


def _card(found: Token, member: Membership) -> Record:
    return {
        "id": public(Kind.TOKEN, found.id),
        "name": found.name,
        "membershipId": public(Kind.MEMBERSHIP, found.membership_id),
        "role": member.role,
        "accountId": public(Kind.ACCOUNT, member.account_id),
        "createdAt": found.created_at,
        "expiresAt": found.expires_at,
        "revokedAt": found.revoked_at,
    }
