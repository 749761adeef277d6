"""What an operation costs, known from its document and its variables before anything is executed.

One point for every object that the answer may hold: a connection has as many as its page, a list as many as its
declaration reckons with (`schema.size`), and what is below is counted for each of them. The shapes around the nodes of
a connection are free, and so are values. A mutation is ten points, because it is a transaction of its own.

Owns: counting. Does not own: how much an operation may cost, or who has how much (`schema.spending`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
)

from bss.transaction.page import MOST_TOGETHER
from schema.cost_parts import Counting, Part
from schema.kept import Same

MUTATION = 10


class Weighed(NamedTuple):
    """An operation that has been counted as far as its text goes; the rest depends on variables."""

    parts: tuple[Part, ...]
    defaults: Mapping[str, Any]
    own: int

    def cost(self, given: Mapping[str, Any]) -> int:
        """Points, with these variables as they were sent."""
        variables = {**self.defaults, **given}
        return self.own + sum(_cost(part, 1, variables) for part in self.parts)


def weighed(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Weighed:
    """The operation of a document, counted once while the document is kept."""
    return _weighed(schema, Same(operation), _Kept(document))


class _Kept:
    """A document that is no part of a key: the operation tells it already."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=500)
def _weighed(schema: GraphQLSchema, same: Same, kept: _Kept) -> Weighed:
    operation = same.operation
    fragments = {
        each.name.value: each for each in kept.document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    parts = Counting(schema, fragments).of_root(operation)
    changes = operation.operation is OperationType.MUTATION
    defaults = {
        each.variable.name.value: value
        for each in operation.variable_definitions or ()
        if (value := _default(each)) is not None
    }
    return Weighed(parts, defaults, MUTATION * len(parts) if changes else 0)


def _default(definition: VariableDefinitionNode) -> int | list[None] | None:
    """The default of a variable that may be a size, a list by its size, or a flag."""
    value = definition.default_value
    if isinstance(value, IntValueNode):
        return int(value.value)
    if isinstance(value, ListValueNode):
        return [None] * len(value.values)
    return value.value if isinstance(value, BooleanValueNode) else None


def _cost(part: Part, owners: int, variables: Mapping[str, Any]) -> int:
    if any(variables.get(name) is (not wanted) for name, wanted in part.conditions):
        return 0
    count = owners * part.number.value(variables)
    if part.paged:
        count = min(count, MOST_TOGETHER)  # pages within pages that have more are refused
    below = (sum(_cost(each, count, variables) for each in one) for one in part.below)
    return count * part.weight + max(below, default=0)
