"""People, API clients and their tokens in GraphQL.

Owns: the one answer that carries a secret. It is taken from the outcome of the call that made the token, and a
repeated call has none.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.access import admit as admission
from bss.access import queries
from bss.access.revoke_token import RevokeToken, revoke_token
from bss.identifier import Kind
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.declare import mutation, needs, shown
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="A person or an API client.")
class Person(Node):
    name: str
    email: str
    created_at: datetime

    @classmethod
    def of(cls, person: queries.Person) -> Person:
        return cls(id=id_of(Kind.PERSON, person.id), name=person.name, email=person.email, created_at=person.created_at)


person_by_id = findable(Kind.PERSON, queries.people, Person)


@strawberry.type(
    description="A person's or an API client's role over an account and everything below it; createToken takes its id."
)
class Membership(Node):
    person_uuid: strawberry.Private[UUID]
    account_id: strawberry.ID
    role: str

    @classmethod
    def of(cls, membership: queries.Membership) -> Membership:
        return cls(
            id=id_of(Kind.MEMBERSHIP, membership.id),
            person_uuid=membership.person_id,
            account_id=id_of(Kind.ACCOUNT, membership.account_id),
            role=membership.role,
        )

    @strawberry.field(directives=needs(queries.people))
    async def person(self, info: Info) -> Person | None:
        found: Person | None = await person_by_id(info, self.person_uuid)
        return found


findable(Kind.MEMBERSHIP, queries.memberships, Membership)


@strawberry.input
class AdmitPersonInput:
    name: str
    account_id: strawberry.ID
    role: str = strawberry.field(description="A role of the organisation, such as operations or billing_viewer.")
    email: str = ""


def _admission(given: AdmitPersonInput) -> admission.Admit:
    return admission.Admit(
        name=given.name,
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        role=given.role,
        email=given.email,
    )


@strawberry.type(description="A bearer token; only its hash is stored.")
class Token(Node):
    membership_id: strawberry.ID
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, token: queries.Token) -> Token:
        return cls(
            id=id_of(Kind.TOKEN, token.id),
            membership_id=id_of(Kind.MEMBERSHIP, token.membership_id),
            name=token.name,
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )


findable(Kind.TOKEN, queries.tokens, Token)


@strawberry.type
class CreatedToken:
    token: Token
    secret: str | None = strawberry.field(description="Shown this once; null when the call is a repeated one.")


@strawberry.input
class CreateTokenInput:
    membership_id: strawberry.ID
    name: str
    expires_at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: the token does not expire."
    )


def _token(given: CreateTokenInput) -> admission.CreateToken:
    return admission.CreateToken(
        membership_id=uuid_of(Kind.MEMBERSHIP, given.membership_id, "membershipId"),
        name=given.name,
        expires_at=None if given.expires_at is None else given.expires_at.value,
    )


async def _created_token(info: Info, outcome: Outcome, given: CreateTokenInput) -> CreatedToken:
    found = await queries.tokens(info.context.viewer, (outcome.object_id,))
    return CreatedToken(token=Token.of(found[outcome.object_id]), secret=outcome.secret)


@strawberry.input
class RevokeTokenInput:
    token_id: strawberry.ID


@strawberry.type(description="A token that is worth nothing any more.")
class RevokedToken:
    id: strawberry.ID


def _revocation(given: RevokeTokenInput) -> RevokeToken:
    return RevokeToken(uuid_of(Kind.TOKEN, given.token_id, "tokenId"))


async def _revoked(info: Info, outcome: Outcome, given: RevokeTokenInput) -> RevokedToken:
    return RevokedToken(id=id_of(Kind.TOKEN, outcome.object_id))


@strawberry.type
class Mutation:
    admit_person = mutation(
        admission.admit,
        input_type=AdmitPersonInput,
        result=Membership,
        request_of=_admission,
        answer=shown(queries.memberships, Membership),
    )
    create_token = mutation(
        admission.create_token,
        input_type=CreateTokenInput,
        result=CreatedToken,
        request_of=_token,
        answer=_created_token,
    )
    revoke_token = mutation(
        revoke_token,
        input_type=RevokeTokenInput,
        result=RevokedToken,
        request_of=_revocation,
        answer=_revoked,
    )
