"""`bss member`: who has which role over which account."""

from __future__ import annotations

from uuid import UUID

import click

from bss.access import queries
from bss.access.assign_role import AssignRole, assign_role
from bss.access.end_membership import EndMembership, end_membership
from bss.access.queries import Membership, Person
from bss.identifier import Kind, public
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


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
