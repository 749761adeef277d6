"""The committed schema is the schema; what has an id that `node` takes is found by it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    IntrospectionQuery,
    Undefined,
    build_client_schema,
    build_schema,
    get_introspection_query,
    get_named_type,
    is_specified_scalar_type,
)

from bss.identifier import Kind
from schema.execution import sdl
from schema.node import FINDERS, SHOWN
from tests.schema.books import Books
from tests.schema.reflection import GRAPHQL

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_committed_schema_is_the_schema() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == sdl(), "run `make docs`"
    read = build_schema(sdl(), assume_valid_sdl=True)
    assert "Account" in read.type_map
    assert read.subscription_type is read.type_map["SubscriptionRoot"], "what is sold is called a subscription, too"


async def test_a_client_can_read_the_schema_from_the_api(shared_books: Books) -> None:
    """As its tools do: the standard introspection answers without a fault, and the schema can be built from it."""
    found = await shared_books.data(get_introspection_query(input_value_deprecation=True))
    assert "Account" in build_client_schema(cast("IntrospectionQuery", found)).type_map


def test_a_default_is_one_that_generators_of_clients_write_right() -> None:
    """They write a default of a custom scalar as the text that it is, and an enumeration's within an object as nothing
    that there is; a value like these is left out, and its description says what that means.
    """
    found = [
        f"{type_.name}.{name}"
        for type_ in GRAPHQL.type_map.values()
        if isinstance(type_, GraphQLInputObjectType)
        for name, field in type_.fields.items()
        if field.default_value not in (Undefined, None) and not _is_plain(field.type, field.default_value)
    ]
    assert found == []


def _is_plain(type_: object, default: object) -> bool:
    named = get_named_type(type_)  # type: ignore[arg-type]
    if isinstance(default, list):
        return all(_is_plain(named, each) for each in default)
    if isinstance(named, GraphQLInputObjectType) and isinstance(default, dict):
        return all(
            not isinstance(get_named_type(named.fields[name].type), GraphQLEnumType)
            and _is_plain(named.fields[name].type, value)
            for name, value in default.items()
        )
    return isinstance(named, GraphQLEnumType) or is_specified_scalar_type(named)


def test_every_node_is_found_by_its_id() -> None:
    node = GRAPHQL.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    names = {member.name for member in GRAPHQL.get_possible_types(node)}
    assert names == {SHOWN[kind].__name__ for kind in FINDERS}
    assert set(FINDERS) == set(Kind) - {Kind.CASE_COMMENT}  # a part of its case
