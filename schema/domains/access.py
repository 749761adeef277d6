"""People, API clients and their tokens in GraphQL.

Owns: the one answer that carries a secret. It is taken from the outcome of the call that made the token, and a
repeated call has none.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.access import admit as admission
from bss.access.revoke_token import RevokeToken, revoke_token
from bss.identifier import Kind
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.declare import mutation
from schema.node import id_of, uuid_of


@strawberry.type(description="A person's or an API client's role over an account and everything below it.")
class Membership:
    id: strawberry.ID = strawberry.field(description="What createToken takes.")
    name: str
    account_id: strawberry.ID
    role: str


@strawberry.input
class AdmitPersonInput:
    name: str
    account_id: strawberry.ID
    role: str = strawberry.field(description="A role of the organisation, such as operations or customer.")
    email: str = ""


def _admission(given: AdmitPersonInput) -> admission.Admit:
    return admission.Admit(
        name=given.name,
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        role=given.role,
        email=given.email,
    )


async def _admitted(info: Info, outcome: Outcome, given: AdmitPersonInput) -> Membership:
    return Membership(
        id=id_of(Kind.MEMBERSHIP, outcome.object_id), name=given.name, account_id=given.account_id, role=given.role
    )


@strawberry.type(description="A bearer token; only its hash is stored.")
class Token:
    id: strawberry.ID
    name: str


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
    return CreatedToken(token=Token(id=id_of(Kind.TOKEN, outcome.object_id), name=given.name), secret=outcome.secret)


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
        answer=_admitted,
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
