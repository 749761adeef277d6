"""The schema seen from outside, for tests that are generated from it: fields, permissions, inputs, selections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from bss.permission import Permission
from schema.declare import Requires
from schema.execution import schema

GRAPHQL = schema._schema
LEAVES = {
    "Int": 1,
    "Boolean": True,
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "Decimal": "1",
    "UUID": "00000000-0000-7000-8000-000000000000",
    "JSON": {},
}
FIRST_OF_JANUARY, FIRST_OF_FEBRUARY = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def roots(operation: str) -> dict[str, GraphQLField]:
    """The fields of `Query`, `Mutation` or `SubscriptionRoot`."""
    found = GRAPHQL.type_map[operation]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def required(field: GraphQLField) -> Permission | None:
    """The permission that the SDL shows on a field."""
    shown = [each for each in field.extensions["strawberry-definition"].directives if isinstance(each, Requires)]
    assert len(shown) <= 1
    return Permission(shown[0].permission) if shown else None


def guarded_fields() -> Iterator[tuple[str, str, Permission]]:
    """Type, field and permission of every field that shows one, mutations and streams apart."""
    for name, found in GRAPHQL.type_map.items():
        if (
            isinstance(found, GraphQLObjectType)
            and name not in ("Mutation", "SubscriptionRoot")
            and not name.startswith("__")
        ):
            for field_name, field in found.fields.items():
                permission = required(field)
                if permission is not None:
                    yield name, field_name, permission


def placeholder(input_type: Any) -> Any:
    """A value that GraphQL accepts for an input type; what may be left out is left out."""
    if is_non_null_type(input_type):
        return placeholder(input_type.of_type)
    if is_list_type(input_type):
        return [placeholder(input_type.of_type)]
    if isinstance(input_type, GraphQLInputObjectType):
        fields = input_type.fields
        names = (
            list(fields)[:1]
            if input_type.extensions["strawberry-definition"].is_one_of
            else [n for n in fields if is_required_input_field(fields[n])]
        )
        return {name: placeholder(fields[name].type) for name in names}
    if isinstance(input_type, GraphQLEnumType):
        return next(iter(input_type.values))
    return LEAVES.get(input_type.name, "x")


def arguments(field: GraphQLField, known: dict[str, str]) -> str | None:
    """The required arguments of a field as text, from `known` values; None when one of them is not known."""
    needed = [name for name, argument in field.args.items() if is_required_argument(argument)]
    if not set(needed) <= set(known):
        return None
    return f"({', '.join(f'{name}: {known[name]}' for name in needed)})" if needed else ""


def selection(found: Any, depth: int, known: dict[str, str]) -> str:
    """Everything that can be selected of a type, down to a depth, with the arguments that are known."""
    named = get_named_type(found)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLInterfaceType):
        members = GRAPHQL.get_possible_types(named)
        return "{ __typename " + " ".join(f"... on {m.name} {selection(m, depth, known)}" for m in members) + " }"
    parts = ["__typename"]
    for name, field in named.fields.items():
        text = arguments(field, known)
        if text is None:
            continue
        if is_leaf_type(get_named_type(field.type)):
            parts.append(f"{name}{text}")
        elif depth > 0:
            parts.append(f"{name}{text} {selection(field.type, depth - 1, known)}")
    return "{ " + " ".join(parts) + " }"
