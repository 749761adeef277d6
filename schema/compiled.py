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

from collections.abc import Awaitable, Callable
from typing import Any, cast

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.kept import Same, Split, kept_of
from schema.levels import Hole, Level, read, read_one
from schema.parts import PART
from schema.plan import PlanText, Reading
from schema.together import TOGETHER, Together


class CompiledExecution(StrawberryGraphQLCoreExecutionContext):
    """The executor of one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.variable_values.coerced.items()
        flags = frozenset((name, value) for name, value in given if value is None or type(value) is bool)
        self._kept = kept_of(Same(self.operation), flags)
        self._relevant_sub_fields = self._kept.selections
        self._is_usual = True

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: Any,
        *more: Any,
    ) -> Any:
        """The fields of the root as they were collected first, so that all that was collected below them is found."""
        if self._kept.root is None:
            self._kept.root = grouped_field_set
        return super().execute_collected_root_fields(root_type, root_value, self._kept.root, *more)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Plain fields by plan, what is asked for together by levels, the others as ever, in the selection's order."""
        more = (path, grouped_field_set, position_context)
        reference = super().execute_fields
        if path is None:
            return reference(parent_type, source_value, *more)
        plan, resolved, _ = self._split(parent_type, grouped_field_set)
        level = self._level(parent_type, grouped_field_set) if resolved and self._is_usual else None
        if level is not None:
            return self._by_level(
                read_one(level, source_value, self), lambda: reference(parent_type, source_value, *more)
            )
        if plan is None:
            return reference(parent_type, source_value, *more)
        try:
            plain = plan(source_value)
        except Exception:
            return reference(parent_type, source_value, *more)
        if not resolved:
            return plain
        rest = reference(parent_type, source_value, path, resolved, position_context)
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
        """A list of objects whose fields are plain or asked for together is read without a step for each of them."""
        more = (info, path, result, position_context)
        reference = super().complete_list_value
        item = return_type.of_type
        if type(result) is list and isinstance(item, GraphQLNonNull) and is_object_type(item.of_type):
            try:
                selected, *_ = self.collect_subfields(item.of_type, field_details_list)
                plan, resolved, _ = self._split(item.of_type, selected)
                if plan is not None and not resolved:
                    return [plan(each) for each in result]
                level = self._level(item.of_type, selected) if resolved and self._is_usual else None
            except Exception:  # the reference executor says what is wrong with which of them
                return reference(return_type, field_details_list, *more)
            if level is not None:
                return self._by_level(
                    read(level, result, self), lambda: reference(return_type, field_details_list, *more)
                )
        return reference(return_type, field_details_list, *more)

    async def _by_level(self, reading: Awaitable[Any], otherwise: Callable[[], Any]) -> Any:
        """What a level answers; whatever is unusual anywhere in it, the reference executor answers for all of it."""
        try:
            return await reading
        except Exception:
            self._is_usual = False  # or each level below would try, and fail, in turn
            found = otherwise()
            return await found if self.is_awaitable(found) else found

    def _level(self, parent_type: GraphQLObjectType, selected: Any) -> Level | None:
        """The level that reads these fields; None when one of them takes a resolver of another kind."""
        key = parent_type, id(selected)
        if key not in self._kept.levels:
            try:
                self._kept.levels[key] = self._levelled(parent_type, selected)
            except Exception:  # as in a split
                self._kept.levels[key] = None
        return self._kept.levels[key]

    def _levelled(self, parent_type: GraphQLObjectType, selected: Any) -> Level | None:
        text, holes = self._text(parent_type), []
        for key, details in selected.items():
            if text is None:
                return None
            if not self._is_plain(text, parent_type, key, details):
                hole = self._hole(parent_type, key, details)
                if hole is None:
                    return None
                text.add_hole(key)
                holes.append(hole)
        plan = None if text is None else text.plan()
        return plan and Level(plan, tuple(holes))

    def _hole(self, parent_type: GraphQLObjectType, key: str, details: Any) -> Hole | None:
        found = self.schema.get_field(parent_type, details[0].node.name.value)
        declared = None if found is None else found.extensions.get("strawberry-definition")
        if found is None or declared is None:
            return None
        reading: Reading | Together | None = declared.metadata.get(TOGETHER)
        if reading is None and not found.args:
            reading = _reading_of(declared)
        declared_type: Any = found.type
        may_be_null = not isinstance(declared_type, GraphQLNonNull)
        bare = declared_type if may_be_null else declared_type.of_type
        is_list = isinstance(bare, GraphQLList)
        item = bare.of_type.of_type if is_list and isinstance(bare.of_type, GraphQLNonNull) else bare
        if reading is None or not is_object_type(item):
            return None
        selected, *_ = self.collect_subfields(item, details)
        level = self._level(item, selected)
        return level and Hole(key, found, details, reading, is_list, may_be_null, level)

    def _split(self, parent_type: GraphQLObjectType, selected: Any) -> Split:
        key = parent_type, id(selected)
        split = self._kept.splits.get(key)
        if split is None:
            try:
                split = self._planned(parent_type, selected)
            except Exception:  # of a part of the document that the reference executor may never come to
                split = Split(None, selected, selected)
            self._kept.splits[key] = split
        return split

    def _planned(self, parent_type: GraphQLObjectType, selected: Any) -> Split:
        text, resolved = self._text(parent_type), {}
        if text is None:
            return Split(None, selected, selected)
        for key, details in selected.items():
            if not self._is_plain(text, parent_type, key, details):
                resolved[key] = details
        return Split(text.plan(), resolved, selected)

    def _text(self, parent_type: GraphQLObjectType) -> PlanText | None:
        definition = parent_type.extensions.get("strawberry-definition")
        return definition and PlanText(definition.origin, parent_type.is_type_of)

    def _is_plain(self, text: PlanText, parent_type: GraphQLObjectType, key: str, details: Any) -> bool:
        """Whether a plan can read the field; then it does."""
        name = details[0].node.name.value
        if name == "__typename":
            text.add_constant(key, parent_type.name)
            return True
        field = self.schema.get_field(parent_type, name)
        if field is None or field.args:
            return False
        reading = _reading_of(field.extensions.get("strawberry-definition"))
        if reading is None:
            return False
        inner = None
        named = get_named_type(field.type)
        if is_object_type(named):
            selected, *_ = self.collect_subfields(named, details)
            inner, resolved, _ = self._split(named, selected)
            if inner is None or resolved:
                return False
        return text.add(key, reading, field.type, inner)


def _reading_of(declared: Any) -> Reading | None:
    """How a plain field is read: it has no resolver, or one that only looks at the object and waits for nothing."""
    if declared is None or declared.extensions or declared.permission_classes:
        return None
    resolver = declared.base_resolver
    if resolver is None:
        name: str = declared.python_name
        return name if declared.default_resolver is getattr else None
    if PART in declared.metadata:
        path: str = declared.metadata[PART]
        return path
    looks = resolver.self_parameter or resolver.parent_parameter
    if resolver.is_async or looks is None or len(resolver.signature.parameters) != 1:
        return None
    read: Reading = resolver._unbound_wrapped_func
    return read


def _joined(selected: Any, plain: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    return {key: plain[key] if key in plain else rest[key] for key in selected if key in plain or key in rest}


async def _joined_later(selected: Any, plain: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return _joined(selected, plain, await rest)
