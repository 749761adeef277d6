"""What an operation costs is known before it is executed; what costs too much, or more than is left, is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import (
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_interface_type,
    parse,
    validate,
)

from bss.transaction.database import current
from bss.viewer import Viewer
from schema.asking import Asking
from schema.budget import MOST_COST, OF_A_CLIENT, OF_AN_ORGANISATION, Allowance, Bucket, Taken
from schema.connection import Connection
from schema.cost import weighed
from schema.cost_parts import declared_size, is_list, is_shape
from schema.execution import schema
from schema.local_budget import LocalBudget
from server.http.application import application
from server.http.negotiation import GRAPHQL, JSON
from tests.schema.books import Books
from tests.schema.reflection import GRAPHQL as API
from tests.schema.test_documents import FOLDER
from tests.schema.test_http import token


def cost(text: str, **variables: object) -> int:
    document = parse(text)
    assert validate(API, document) == []
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return weighed(API, document, operation).cost(variables)


def fields() -> list[tuple[str, str]]:
    types = [each for name, each in API.type_map.items() if not name.startswith("__")]
    return [(each.name, name) for each in types if isinstance(each, GraphQLObjectType) for name in each.fields]


def test_every_list_has_a_size() -> None:
    """A connection has pages. Any other list says how many are reckoned with, or which argument says it."""
    without = []
    for owner, name in fields():
        found = API.type_map[owner]
        assert isinstance(found, GraphQLObjectType)
        field, size = found.fields[name], declared_size(found.fields[name])
        if is_shape(get_named_type(field.type), Connection):
            assert {"first", "last"} <= set(field.args), (owner, name)
        if size is not None:
            assert set(size.slicing_arguments or ()) <= set(field.args), (owner, name)
            assert not size.assumed_size or size.assumed_size > 0
        if is_list(field) and size is None and not is_shape(found, Connection):
            sized_above = any(_sizes(above, name, owner) for above in fields())
            without += [] if sized_above else [f"{owner}.{name}"]
    assert without == []
    assert not any(is_interface_type(each) and each.name == "Connection" for each in API.type_map.values())


def _sizes(above: tuple[str, str], name: str, owner: str) -> bool:
    found = API.type_map[above[0]]
    assert isinstance(found, GraphQLObjectType)
    field = found.fields[above[1]]
    size = declared_size(field)
    return size is not None and name in (size.sized_fields or ()) and get_named_type(field.type).name == owner


COSTS = {
    "{ organisation { name modules } }": 1,
    "{ accounts { edges { node { id } } } }": 50,
    "{ accounts(first: 3) { edges { cursor node { id } } pageInfo { hasNextPage } } }": 3,
    "{ accounts(last: 7) { pageInfo { hasNextPage } } }": 7,
    "{ accounts(first: 0) { edges { node { id parent { id } } } } }": 0,
    "{ accounts(first: 3) { edges { node { parent { name } } } } }": 3 + 3,
    "{ accounts(first: 3) { edges { node { placements { effectiveFrom parent { id } } } } } }": 3 + 30 + 30,
    "{ accounts(first: 200) { edges { node { cases(first: 200) { edges { node { id } } } } } } }": 200 + 10_000,
    "{ channelExport(most: 9) { accounts { id } subscriptions { id } } }": 1 + 9 + 9,
    "{ channelExport { accounts { id } } }": 1 + 1_000,
    '{ search(text: "x") { rank } }': 20,
    "{ invoices(first: 2) { edges { node { lines(first: 5) { amount { amount } } } } } }": 2 + 10 + 10,
    "{ a: organisation { name } b: organisation { name } }": 2,
    "{ organisation { name } organisation { slug } }": 1,
    "{ ...A ...B } fragment A on Query { accounts(first: 3) { edges { node { id } } } }"
    " fragment B on Query { accounts(first: 3) { edges { node { name parent { id } } } } }": 3 + 3,
    '{ node(id: "x") { ... on Account { parent { id } } ... on Offering { id product { id owner { id } } } } }': 1 + 2,
    "{ organisation @include(if: false) { name } accounts(first: 3) @skip(if: true) { edges { cursor } } }": 0,
    '{ nodes(ids: ["a", "b", "c"]) { id } }': 3,
    "{ __typename }": 0,
}


@pytest.mark.parametrize(("text", "points"), COSTS.items())
def test_a_point_is_an_object_that_the_answer_may_hold(text: str, points: int) -> None:
    assert cost(text) == points


def test_variables_count_as_they_are_sent() -> None:
    text = "query($n: Int = 5, $more: Boolean = false) { accounts(first: $n) { edges { node {"
    text += " id parent @include(if: $more) { id } } } } }"
    assert [cost(text), cost(text, n=2), cost(text, n=None), cost(text, n="many")] == [5, 2, 50, 50]
    assert [cost(text, n=2, more=True), cost(text, n=-1)] == [4, 0]


def test_ids_are_counted() -> None:
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a", "b"]) == 2


def test_a_mutation_costs_ten_and_what_it_shows() -> None:
    text = (
        'mutation($i: CreateAccountInput!) { a: createAccount(input: $i, idempotencyKey: "a") { __typename }'
        ' b: createAccount(input: $i, idempotencyKey: "b") { ... on Account { parent { id } } } }'
    )
    assert cost(text) == 2 * 10 + 2 + 1


def test_the_saved_documents_are_cheap() -> None:
    """The largest is five full pages of two hundred rows with two references each."""
    assert all(cost(each.read_text(encoding="utf-8")) <= 1_001 for each in FOLDER.glob("*.graphql"))


def test_one_operation_fits_the_client_s_budget_and_that_the_organisation_s() -> None:
    assert MOST_COST <= OF_A_CLIENT.holds <= OF_AN_ORGANISATION.holds


def test_fragments_that_multiply_at_every_level_are_refused() -> None:
    """Counting them out would be the work that a limit is to prevent."""
    spread = "f{n} on Account {{ a{n}: parent {{ ...f{m} }} b{n}: parent {{ ...f{m} }} parent {{ ...f{m} }} }}"
    levels = [f"fragment {spread.format(n=n, m=n + 1)}" for n in range(8)]
    text = "{ accounts(first: 1) { edges { node { ...f0 } } } } " + " ".join(levels) + " fragment f8 on Account { id }"
    with pytest.raises(GraphQLError) as refused:
        cost(text)
    assert refused.value.extensions == {"code": "TOO_COSTLY"}


PLACES = "placements { parent { placements { parent { id } } } }"
LARGE = f"query($n: Int) {{ accounts(first: $n) {{ edges {{ node {{ {PLACES} }} }} }} }}"


async def test_what_costs_too_much_runs_no_statement(shared_books: Books) -> None:
    """200 accounts, 10 placements each with a parent, and the same again: 200 + 2 × 2,000 + 2 × 20,000."""
    seen: list[str] = []
    allowed = Allowance(most_cost=44_199)
    current().observer = seen.append
    try:
        for size, errors in ((200, 1), (199, 0)):
            asking = Asking(shared_books.staff, shared_books.clock, allowed)
            result = await schema.execute(LARGE, {"n": size}, context_value=asking)
            assert len(result.errors or ()) == errors
            assert bool(seen) is not bool(errors)
            if result.errors:
                assert result.errors[0].extensions == {"code": "TOO_COSTLY", "cost": 44_200, "limit": 44_199}
                assert result.data is None
    finally:
        current().observer = None


class Broke:
    """A budget with no room for three and a half seconds."""

    async def take(self, organisation_id: UUID, actor_id: UUID, cost: int) -> Taken:
        return Taken(False, 7, 3_500, 10_000)


async def asked(books: Books, allowed: Allowance, accept: str = JSON) -> httpx.Response:
    transport = httpx.ASGITransport(application(books.clock, allowed))
    headers = {"Authorization": f"Bearer {await token(books, 'x', 'billing_viewer')}", "Accept": accept}
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=headers) as client:
        return await client.post("/graphql", json={"query": "{ accounts(first: 9) { edges { node { name } } } }"})


async def test_an_answer_says_what_it_cost_and_what_is_left(shared_books: Books) -> None:
    budget = LocalBudget(Bucket(1_000, 1), Bucket(100, 1))
    response = await asked(shared_books, Allowance(budget=budget))
    told = response.json()["extensions"]["cost"]
    assert (told["requested"], told["left"], told["resetAt"]) == (9, 91, "2026-01-01T00:00:09Z")


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_budget_that_is_used_up_says_when_to_come_again(shared_books: Books, accept: str) -> None:
    response = await asked(shared_books, Allowance(budget=Broke()), accept)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "4")
    body = response.json()
    expected = {"code": "BUDGET_USED_UP", "cost": 9, "left": 7, "retryAfterSeconds": 4}
    assert body["errors"][0]["extensions"] == expected
    assert "data" not in body
    assert body["extensions"]["cost"]["left"] == 7


async def test_a_mutation_that_there_is_no_budget_for_changes_nothing(shared_books: Books) -> None:
    seen: list[str] = []
    viewer: Viewer = replace(shared_books.staff)
    asking = Asking(viewer, shared_books.clock, Allowance(budget=Broke()))
    document = 'mutation { closeAccount(input: {accountId: "x"}, idempotencyKey: "x") { __typename } }'
    current().observer = seen.append
    try:
        result = await schema.execute(document, context_value=asking)
    finally:
        current().observer = None
    assert (result.data, seen) == (None, [])
    assert [each.extensions["code"] for each in result.errors or () if each.extensions] == ["BUDGET_USED_UP"]


async def test_what_costs_too_much_is_the_request_s_error(shared_books: Books) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await asked(shared_books, Allowance(most_cost=8), accept)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, "TOO_COSTLY")
        assert "Retry-After" not in response.headers


@pytest.mark.parametrize(
    ("document", "variables", "same"),
    [
        ("query($n: Int) { accounts(first: $n) { edges { node { id } } } }", {"n": 200.0}, {"n": 200}),
        ('query($ids: [ID!]! = ["a", "b", "c"]) { nodes(ids: $ids) { id } }', {}, {"ids": ["a", "b", "c"]}),
    ],
)
def test_a_number_is_what_it_is_however_it_is_said(
    document: str, variables: dict[str, Any], same: dict[str, Any]
) -> None:
    parsed = parse(document)
    (operation,) = parsed.definitions
    assert isinstance(operation, OperationDefinitionNode)
    weight = weighed(schema._schema, parsed, operation)
    assert weight.cost(variables) == weight.cost(same)
    assert weight.cost(same) > weight.cost({next(iter(same)): 1})
