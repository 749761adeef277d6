"""The committed schema is the schema; what has an id that `node` takes is found by it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from graphql import (
    GraphQLInterfaceType,
    IntrospectionQuery,
    build_client_schema,
    build_schema,
    get_introspection_query,
)

from bss.identifier import Kind
from schema.execution import sdl
from schema.node import FINDERS, SHOWN
from tests.schema.books import Books
from tests.schema.reflection import GRAPHQL

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_committed_schema_is_the_schema() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == sdl(), "run `make docs`"
    assert "Account" in build_schema(sdl(), assume_valid_sdl=True).type_map


async def test_a_client_can_read_the_schema_from_the_api(shared_books: Books) -> None:
    """As its tools do: the standard introspection answers without a fault, and the schema can be built from it."""
    found = await shared_books.data(get_introspection_query(input_value_deprecation=True))
    assert "Account" in build_client_schema(cast("IntrospectionQuery", found)).type_map


def test_every_node_is_found_by_its_id() -> None:
    node = GRAPHQL.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    names = {member.name for member in GRAPHQL.get_possible_types(node)}
    assert names == {SHOWN[kind].__name__ for kind in FINDERS}
    assert set(FINDERS) == set(Kind) - {Kind.CASE_COMMENT}  # a part of its case
