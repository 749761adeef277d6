"""Selections of plain attributes, read by a plan instead of field by field.

The reference executor spends some twenty microseconds on every field: it builds an info, resolves, and completes the
value through half a dozen calls. A field without a resolver needs none of that. Here the plain fields of a selection
become a plan, made once for a document, that reads an object in a fraction of a microsecond for each field; fields
with a resolver stay with the reference executor.

Owns: which fields are plain, and reading them. Does not own: what an error is. Whatever is unusual about a value makes
the plan step aside, and the reference executor reads the same object again, so that results and errors are its own.
Reading an attribute twice changes nothing.

It builds on `execute_fields`, `complete_list_value` and `collect_subfields` of graphql-core 3.3, which is pinned; the
queries of the API's tests are run both ways (`tests/schema/both_ways.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import lru_cache
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.plan import Plan, PlanText


class Split(NamedTuple):
    """A selection in two: what a plan reads, and the fields with resolvers. Without a plan all is as it was."""

    plan: Plan | None
    resolved: dict[str, Any]
    whole: object
    """The selection itself: while it is kept, nothing else has its id, or that of one of its nodes."""


Nodes = tuple[GraphQLObjectType | int, ...]
"""The type of an object, and the ids of the nodes that are selected of it."""


class CompiledExecution(StrawberryGraphQLCoreExecutionContext):
    """The executor of one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._splits: dict[tuple[GraphQLObjectType, int], Split] = {}
        given = self.variable_values.coerced.items()
        flags = frozenset((name, value) for name, value in given if value is None or type(value) is bool)
        self._known = _splits_of(Same(self.operation), flags)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Plain fields by plan, the others as ever; the answer keeps the order of the selection."""
        more = (path, grouped_field_set, position_context)
        if path is None:
            return super().execute_fields(parent_type, source_value, *more)
        plan, resolved, _ = self._split(parent_type, grouped_field_set)
        if plan is None:
            return super().execute_fields(parent_type, source_value, *more)
        try:
            plain = plan(source_value)
        except Exception:
            return super().execute_fields(parent_type, source_value, *more)
        if not resolved:
            return plain
        rest = super().execute_fields(parent_type, source_value, path, resolved, position_context)
        if self.is_awaitable(rest):
            return _joined_later(grouped_field_set, plain, cast("Awaitable[dict[str, Any]]", rest))
        return _joined(grouped_field_set, plain, cast("dict[str, Any]", rest))

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """A list of objects whose fields are all plain is read without a step for each of them."""
        item = return_type.of_type
        if type(result) is list and isinstance(item, GraphQLNonNull) and is_object_type(item.of_type):
            try:
                selected, *_ = self.collect_subfields(item.of_type, field_details_list)
                plan, resolved, _ = self._split(item.of_type, selected)
                if plan is not None and not resolved:
                    return [plan(each) for each in result]
            except Exception:  # the reference executor says what is wrong with which of them
                pass
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def _split(self, parent_type: GraphQLObjectType, selected: Any) -> Split:
        key = parent_type, id(selected)
        split = self._splits.get(key)
        if split is None:
            nodes: Nodes = (parent_type, *(id(one.node) for details in selected.values() for one in details))
            if nodes not in self._known:
                try:
                    self._known[nodes] = self._planned(parent_type, selected)
                except Exception:  # of a part of the document that the reference executor may never come to
                    self._known[nodes] = Split(None, selected, selected)
            split = self._splits[key] = self._known[nodes]._replace(whole=selected)
        return split

    def _planned(self, parent_type: GraphQLObjectType, selected: Any) -> Split:
        definition = parent_type.extensions.get("strawberry-definition")
        if definition is None:
            return Split(None, selected, selected)
        text, resolved = PlanText(definition.origin, parent_type.is_type_of), {}
        for key, details in selected.items():
            if not self._is_plain(text, parent_type, key, details):
                resolved[key] = details
        return Split(text.plan(), resolved, selected)

    def _is_plain(self, text: PlanText, parent_type: GraphQLObjectType, key: str, details: Any) -> bool:
        """Whether a plan can read the field; then it does."""
        name = details[0].node.name.value
        if name == "__typename":
            text.add_constant(key, parent_type.name)
            return True
        field = self.schema.get_field(parent_type, name)
        if field is None or field.args:
            return False
        declared = field.extensions.get("strawberry-definition")
        if declared is None or not declared.is_basic_field or declared.default_resolver is not getattr:
            return False
        inner = None
        named = get_named_type(field.type)
        if is_object_type(named):
            selected, *_ = self.collect_subfields(named, details)
            inner, resolved, _ = self._split(named, selected)
            if inner is None or resolved:
                return False
        return text.add_attribute(key, declared.python_name, field.type, inner)


class Same:
    """An operation by identity: nodes are equal by what they say, and their fragments are not."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.operation = operation

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.operation is self.operation

    def __hash__(self) -> int:
        return id(self.operation)


@lru_cache(maxsize=500)
def _splits_of(operation: Same, flags: frozenset[tuple[str, object]]) -> dict[Nodes, Split]:
    """The splits of a document that was parsed once, by the nodes of a selection, which the splits keep alive.

    What is selected below a node depends on the values of the operation's flags, and on nothing else.
    """
    return {}


def _joined(selected: Any, plain: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    return {key: plain[key] if key in plain else rest[key] for key in selected if key in plain or key in rest}


async def _joined_later(selected: Any, plain: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return _joined(selected, plain, await rest)
