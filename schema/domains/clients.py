"""API clients in GraphQL.

Owns: the answers that carry a secret: that of the call that made it, and no repeated one. Does not own: the access
tokens that clients get, which are no matter of this API (`server.http.oauth`).
"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from bss.clients import queries
from bss.clients.client import Client as ApiClient
from bss.clients.client import Method
from bss.clients.create_client import CreateClient, create_client
from bss.clients.public_key import public_keys
from bss.clients.retire_client import RetireClient, retire_client
from bss.clients.rotate_client_secret import RotateClientSecret, rotate_client_secret
from bss.clients.set_client_keys import SetClientKeys, set_client_keys
from bss.identifier import Kind
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import mutation, needs, shown
from schema.domains.roles import WORDS, permissions_of
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized

strawberry.enum(Method, name="ClientMethod", description="How a client proves who it is.")
_KEYS = "Public keys as JWKs, each with a kid: EC on P-256, OKP on Ed25519, or RSA of 2048 to 4096 bits."


@strawberry.type(description="A program that gets access tokens at POST /oauth/token; its id is its client_id.")
class Client(Node):
    membership_id: strawberry.ID
    name: str
    method: Method
    key_ids: list[str] = strawberry.field(description="The kid of each of its public keys.", directives=sized(2))
    scopes: list[str] = strawberry.field(
        description="What its tokens may allow, where its role allows it too.", directives=sized(10)
    )
    created_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, client: ApiClient) -> Client:
        return cls(
            id=id_of(Kind.CLIENT, client.id),
            membership_id=id_of(Kind.MEMBERSHIP, client.membership_id),
            name=client.name,
            method=client.method,
            key_ids=list(client.key_ids),
            scopes=list(client.scopes),
            created_at=client.created_at,
            retired_at=client.retired_at,
        )


findable(Kind.CLIENT, queries.clients, Client)


@strawberry.type(description="A client as its secret is made.")
class ClientWithSecret:
    client: Client
    secret: str | None = strawberry.field(
        description="Shown this once; null when the call is a repeated one, and for a client with keys."
    )


@strawberry.input
class CreateClientInput:
    membership_id: strawberry.ID
    name: str
    scopes: list[str] = strawberry.field(description=WORDS)
    keys: strawberry.Maybe[list[JSON]] = strawberry.field(
        default=None, description=f"{_KEYS} Left out: the client gets a secret."
    )


def _creation(given: CreateClientInput) -> CreateClient:
    return CreateClient(
        membership_id=uuid_of(Kind.MEMBERSHIP, given.membership_id, "membershipId"),
        name=given.name,
        scopes=permissions_of(given.scopes, "scopes"),
        keys=() if given.keys is None else public_keys(given.keys.value),
    )


@strawberry.input
class RotateClientSecretInput:
    client_id: strawberry.ID


def _rotation(given: RotateClientSecretInput) -> RotateClientSecret:
    return RotateClientSecret(uuid_of(Kind.CLIENT, given.client_id, "clientId"))


@strawberry.input
class SetClientKeysInput:
    client_id: strawberry.ID
    keys: list[JSON] = strawberry.field(description=_KEYS)


def _replacement(given: SetClientKeysInput) -> SetClientKeys:
    return SetClientKeys(uuid_of(Kind.CLIENT, given.client_id, "clientId"), public_keys(given.keys))


@strawberry.input
class RetireClientInput:
    client_id: strawberry.ID


def _retirement(given: RetireClientInput) -> RetireClient:
    return RetireClient(uuid_of(Kind.CLIENT, given.client_id, "clientId"))


async def _with_secret(info: Info, outcome: Outcome, given: object) -> ClientWithSecret:
    found = await queries.clients(info.context.viewer, (outcome.object_id,))
    return ClientWithSecret(client=Client.of(found[outcome.object_id]), secret=outcome.secret)


@strawberry.type
class Query:
    @strawberry.field(
        description="The API clients of memberships in scope, oldest first; retired ones too.",
        directives=needs(queries.client_page),
    )
    async def clients(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[Client]:
        page = await queries.client_page(info.context.viewer, asked_page(first, after, last, before))
        return connected(page, Client.of, lambda row: row.id)


_shown = shown(queries.clients, Client)


@strawberry.type
class Mutation:
    create_client = mutation(
        create_client,
        input_type=CreateClientInput,
        result=ClientWithSecret,
        request_of=_creation,
        answer=_with_secret,
    )
    rotate_client_secret = mutation(
        rotate_client_secret,
        input_type=RotateClientSecretInput,
        result=ClientWithSecret,
        request_of=_rotation,
        answer=_with_secret,
    )
    set_client_keys = mutation(
        set_client_keys, input_type=SetClientKeysInput, result=Client, request_of=_replacement, answer=_shown
    )
    retire_client = mutation(
        retire_client, input_type=RetireClientInput, result=Client, request_of=_retirement, answer=_shown
    )
