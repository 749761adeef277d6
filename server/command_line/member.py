"""`bss member`: who has which role over which account."""

from __future__ import annotations

from uuid import UUID

import click

from bss.access import queries
from bss.access.admit import Admit, admit
from bss.access.assign_role import AssignRole, assign_role
from bss.access.end_membership import EndMembership, end_membership
from bss.access.grant import OWNER
from bss.access.queries import Membership, Person
from bss.brands.queries import hosts
from bss.identifier import Kind, public
from bss.invitations.invite_member import InviteMember, invite_member
from bss.invitations.queries import invitations
from bss.organisations.queries import organisation as own_organisation
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock

_RESCUE_MINUTES = 15


@click.group()
def member() -> None:
    """Members: people and API clients, by what they may do where."""


@member.command("list")
@answers
@of_organisation
@page_of(Kind.MEMBERSHIP)
def list_members(organisation: str, first: int, after: UUID | None) -> Listing:
    """List the memberships of ORGANISATION (its slug), oldest first, ended ones too."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.membership_page(viewer, PageRequest(first, after))
        people = await queries.people(viewer, {each.person_id for each in page.rows})
        shown = ("id", "name", "role", "accountId", "endedAt")
        return listing(page, lambda each: _card(each, people.get(each.person_id)), shown, "Nobody.")

    return asked(organisation, body)


@member.command("assign")
@answers
@of_organisation
@click.argument("membership_id", type=PublicId(Kind.MEMBERSHIP))
@click.argument("role")
def assign(organisation: str, membership_id: UUID, role: str) -> Record:
    """Give a membership of ORGANISATION (its slug) another ROLE, by its code."""

    async def body(viewer: Viewer) -> Record:
        await assign_role(viewer, AssignRole(membership_id, role), now=clock().now())
        return await _shown(viewer, membership_id)

    return asked(organisation, body)


@member.command("end")
@answers
@of_organisation
@click.argument("membership_id", type=PublicId(Kind.MEMBERSHIP))
def end(organisation: str, membership_id: UUID) -> Record:
    """End a membership of ORGANISATION (its slug), and its tokens, at once and for good."""

    async def body(viewer: Viewer) -> Record:
        await end_membership(viewer, EndMembership(membership_id), now=clock().now())
        return await _shown(viewer, membership_id)

    return asked(organisation, body)


@member.command("invite")
@answers
@of_organisation
@click.argument("membership_id", type=PublicId(Kind.MEMBERSHIP))
@click.option("--hours", default=24, show_default=True, help="How long the way in is open; 168 at most.")
def invite(organisation: str, membership_id: UUID, hours: int) -> Record:
    """Give a member of ORGANISATION (its slug) a way in, once, without an identity provider.

    The link is shown this once.
    """

    async def body(viewer: Viewer) -> Record:
        return await _invited(viewer, InviteMember(membership_id, hours * 60))

    return asked(organisation, body)


@member.command("recover")
@answers
@of_organisation
@click.argument("name")
def recover(organisation: str, name: str) -> Record:
    """Let somebody called NAME into ORGANISATION (its slug) as an owner, when nobody else can come in any more.

    The link is shown this once and holds for a quarter of an hour. It is in the audit; end the membership afterwards.
    """

    async def body(viewer: Viewer) -> Record:
        root = (await own_organisation(viewer)).root_account_id
        if not any(each.account_id == root for each in await hosts(viewer)):
            raise click.ClickException("There is no host at which an owner could come in; see `bss host add`.")
        made = await admit(viewer, Admit(name, root, OWNER), now=clock().now())
        return await _invited(viewer, InviteMember(made.object_id, _RESCUE_MINUTES))

    return asked(organisation, body)


async def _invited(viewer: Viewer, given: InviteMember) -> Record:
    made = await invite_member(viewer, given, now=clock().now())
    found = (await invitations(viewer, (made.object_id,)))[made.object_id]
    return {
        "id": public(Kind.INVITATION, found.id),
        "membershipId": public(Kind.MEMBERSHIP, found.membership_id),
        "link": f"https://{found.host}/invitation#{made.secret}",
        "endsAt": found.ends_at,
    }


async def _shown(viewer: Viewer, membership_id: UUID) -> Record:
    found = (await queries.memberships(viewer, (membership_id,)))[membership_id]
    return _card(found, (await queries.people(viewer, (found.person_id,))).get(found.person_id))


def _card(found: Membership, person: Person | None) -> Record:
    return {
        "id": public(Kind.MEMBERSHIP, found.id),
        "personId": public(Kind.PERSON, found.person_id),
        "name": "" if person is None else person.name,
        "role": found.role,
        "accountId": public(Kind.ACCOUNT, found.account_id),
        "endedAt": found.ended_at,
    }
