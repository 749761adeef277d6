"""Bearer tokens in GraphQL.

Owns: the one answer that carries a secret. It is taken from the outcome of the call that made the token, and a
repeated call has none.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.access import admit as admission
from bss.access import queries
from bss.access.revoke_token import RevokeToken, revoke_token
from bss.identifier import Kind
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.declare import mutation
from schema.node import Node, findable, id_of, uuid_of


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


@strawberry.type(description="A token as it is made, with what lets a program in by it.")
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
