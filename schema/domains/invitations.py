"""Invitations in GraphQL.

Owns: the answer that carries the secret: that of the call that made it, and no repeated one.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.identifier import Kind
from bss.invitations import queries
from bss.invitations.invite_member import InviteMember, invite_member
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.declare import mutation
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="A way in for a member whom no identity provider knows, once, at a host.")
class Invitation(Node):
    membership_id: strawberry.ID
    host: str
    made_at: datetime
    ends_at: datetime
    taken_at: datetime | None

    @classmethod
    def of(cls, found: queries.Invitation) -> Invitation:
        return cls(
            id=id_of(Kind.INVITATION, found.id),
            membership_id=id_of(Kind.MEMBERSHIP, found.membership_id),
            host=found.host,
            made_at=found.made_at,
            ends_at=found.ends_at,
            taken_at=found.taken_at,
        )


findable(Kind.INVITATION, queries.invitations, Invitation)


@strawberry.type(description="An invitation that was just made, and the way in.")
class InvitationWithSecret:
    invitation: Invitation
    secret: str | None = strawberry.field(
        description="Shown this once: https://{host}/invitation#{secret} is the way in. Null when the call is repeated."
    )


@strawberry.input
class InviteMemberInput:
    membership_id: strawberry.ID
    hours: int = strawberry.field(default=24, description="How long the way is open: 168 at most.")


def _invitation(given: InviteMemberInput) -> InviteMember:
    return InviteMember(uuid_of(Kind.MEMBERSHIP, given.membership_id, "membershipId"), given.hours * 60)


async def _invited(info: Info, outcome: Outcome, given: object) -> InvitationWithSecret:
    found = await queries.invitations(info.context.viewer, (outcome.object_id,))
    return InvitationWithSecret(invitation=Invitation.of(found[outcome.object_id]), secret=outcome.secret)


@strawberry.type
class Mutation:
    invite_member = mutation(
        invite_member,
        input_type=InviteMemberInput,
        result=InvitationWithSecret,
        request_of=_invitation,
        answer=_invited,
    )
