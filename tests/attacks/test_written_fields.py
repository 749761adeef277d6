"""API3: fields that nobody may write are written all the same, beside those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType

from tests.attacks.conftest import Target
from tests.schema.reflection import GRAPHQL

NOBODYS = {
    *("id", "organisationId", "path", "mirrored", "managedBy", "lockedBy", "lockedFields", "createdAt", "updatedAt"),
    *("actorId", "permissions", "issuedOn", "number", "total", "sha256", "hash", "secret", "state", "version"),
}
"""What the system itself says of a row."""
GIVEN = {
    *("CreateRoleInput.permissions", "UpdateRoleInput.permissions"),
    *("AddIdentityProviderInput.secret", "UpdateIdentityProviderInput.secret"),
}
"""The inputs of these names: what a role allows, and what somebody else's server gave our client there."""
ADDED = [
    {"organisationId": "org_1"},
    {"path": "root."},
    {"mirrored": False},
    {"managedBy": None},
    {"version": 9},
    {"createdAt": "2020-01-01T00:00:00Z"},
    {"__typename": "Account"},
    {"__proto__": {"kind": "ROOT"}},
]


def inputs() -> Iterator[str]:
    for named in GRAPHQL.type_map.values():
        if isinstance(named, GraphQLInputObjectType):
            yield from (f"{named.name}.{field}" for field in named.fields)


def test_no_input_has_a_field_that_only_the_system_writes() -> None:
    found = {each for each in inputs() if each.partition(".")[2] in NOBODYS}
    assert found == GIVEN


@pytest.mark.parametrize("more", ADDED, ids=lambda more: next(iter(more)))
async def test_a_field_that_is_not_of_the_input_refuses_the_whole(target: Target, more: dict[str, object]) -> None:
    document = (
        "mutation($input: CreateAccountInput!) {"
        ' createAccount(input: $input, idempotencyKey: "k") { ... on Account { id } } }'
    )
    given = {"parentId": target.books.root, "kind": "CUSTOMER", "name": "Mallory", **more}
    body = {"query": document, "variables": {"input": given}}
    answer = await target.client.post("/graphql", json=body, headers=await target.bearer("root", "owner"))
    assert "data" not in answer.json()
    assert len(answer.json()["errors"]) == 1
    names = await target.books.data("{ accounts { edges { node { name } } } }")
    assert "Mallory" not in str(names)


async def test_a_row_is_of_the_one_who_makes_it_whatever_else_the_request_says(target: Target) -> None:
    """Variables and extensions that no document asked for change nothing."""
    document = "query { organisation { name } }"
    body = {"query": document, "variables": {"organisationId": "other"}, "extensions": {"organisation": "other"}}
    answer = await target.client.post("/graphql", json=body, headers=await target.bearer("x", "client_admin"))
    assert answer.json()["data"] == {"organisation": {"name": "Cloud"}}
