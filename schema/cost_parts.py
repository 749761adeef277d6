"""The parts of an operation that cost something, with fragments in place and fields of one name merged.

Owns: the way from selections to parts. Does not own: adding them up (`schema.cost`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)

from bss.transaction.page import PageRequest
from schema.connection import Connection, Edge
from schema.size import ListSize

MOST_FIELDS = 2_000
"""With fragments in place: those that spread each other twice double with every level."""
_MOST_LOOKED_AT = 50_000
"""Selections, each as often as it is looked at: a fragment is, once for each set of conditions that it is under."""

_PAGE = PageRequest().size
_IN_INTROSPECTION = {"types": 200, "fields": 8, "args": 2, "inputFields": 4, "enumValues": 4, "directives": 6}
"""How many there are of each in this schema, about. What is not here is one or two."""

Conditions = tuple[tuple[str, bool], ...]
"""Variables, and what they must not contradict for the field to be there."""
Found = list[tuple[FieldNode, Conditions]]


class Number(NamedTuple):
    """How many: what the first of these variables says that says anything, by number or by its items, or else this."""

    names: tuple[str, ...]
    otherwise: int

    def value(self, variables: Mapping[str, Any]) -> int:
        said = (variables.get(name) for name in self.names)
        counted = (_whole(value) for value in said)
        return max(0, next((value for value in counted if type(value) is int), self.otherwise))


def _whole(value: Any) -> Any:
    """A list by its items; a number with nothing behind the point is a whole one, as GraphQL takes it."""
    if type(value) is list:
        return len(value)
    return int(value) if type(value) is float and value.is_integer() else value


_ONE = Number((), 1)


class Part(NamedTuple):
    """A field whose value is an object, or are many."""

    conditions: Conditions
    number: Number
    weight: int
    paged: bool
    below: tuple[tuple[Part, ...], ...]
    """What is selected of it; of an object that may be of several types, the alternatives."""


class Counting:
    """One operation being counted."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._fields = 0
        self._looked_at = 0

    def of_root(self, operation: OperationDefinitionNode) -> tuple[Part, ...]:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # validation has refused what this schema has no type for
        return self._parts(root, self._selected(root, [(operation.selection_set, ())]), {})

    def _parts(
        self, owner: GraphQLObjectType, selected: Mapping[str, Found], sized: Mapping[str, Number]
    ) -> tuple[Part, ...]:
        parts = (self._part(owner, found, sized) for found in selected.values())
        return tuple(part for part in parts if part is not None)

    def _part(self, owner: GraphQLObjectType, found: Found, sized: Mapping[str, Number]) -> Part | None:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise _too_many()
        node, conditions = found[0][0], found[0][1] if len(found) == 1 else ()
        field = self._schema.get_field(owner, node.name.value)
        if field is None:
            return None
        named = get_named_type(field.type)
        if is_leaf_type(named):
            return None
        paged = is_shape(named, Connection)
        number, below = _numbers(owner, field, node, paged)
        weight = 0 if is_shape(owner, Connection) or is_shape(owner, Edge) else 1
        return Part(conditions, sized.get(node.name.value, number), weight, paged, self._below(named, found, below))

    def _below(
        self, named: GraphQLNamedType, found: Found, sized: Mapping[str, Number]
    ) -> tuple[tuple[Part, ...], ...]:
        sets = [(node.selection_set, ()) for node, _ in found if node.selection_set is not None]
        if isinstance(named, GraphQLObjectType):
            return (self._parts(named, self._selected(named, sets), sized),)
        alternatives: dict[tuple[int, ...], tuple[Part, ...]] = {}
        for possible in self._schema.get_possible_types(named) if is_abstract_type(named) else ():
            selected = self._selected(possible, sets)
            same = tuple(id(node) for each in selected.values() for node, _ in each)
            if same not in alternatives:
                alternatives[same] = self._parts(possible, selected, sized)
        return tuple(alternatives.values())

    def _selected(
        self, owner: GraphQLObjectType, sets: Sequence[tuple[SelectionSetNode, Conditions]]
    ) -> dict[str, Found]:
        selected: dict[str, Found] = {}
        spread: set[tuple[str, frozenset[tuple[str, bool]]]] = set()
        for selection, above in sets:
            for node, conditions in self._fields_of(owner, selection, above, spread):
                selected.setdefault((node.alias or node.name).value, []).append((node, conditions))
        return selected

    def _fields_of(
        self,
        owner: GraphQLObjectType,
        selection: SelectionSetNode,
        above: Conditions,
        spread: set[tuple[str, frozenset[tuple[str, bool]]]],
    ) -> Iterator[tuple[FieldNode, Conditions]]:
        for node in selection.selections:
            self._looked_at += 1
            if self._looked_at > _MOST_LOOKED_AT:
                raise _too_many()
            conditions = _conditions(node)
            if conditions is None:
                continue
            if isinstance(node, FieldNode):
                yield node, above + conditions
                continue
            name = node.name.value if isinstance(node, FragmentSpreadNode) else ""
            fragment = self._fragments[name] if isinstance(node, FragmentSpreadNode) else node
            known = name, frozenset(above + conditions)
            if (name and known in spread) or not isinstance(fragment, FragmentDefinitionNode | InlineFragmentNode):
                continue
            spread.add(known)
            if self._applies(fragment, owner):
                yield from self._fields_of(owner, fragment.selection_set, above + conditions, spread)

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, owner: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        named = self._schema.get_type(fragment.type_condition.name.value)
        return named is owner or (is_abstract_type(named) and self._schema.is_sub_type(named, owner))


def _too_many() -> GraphQLError:
    return GraphQLError(
        f"With its fragments in place, this operation has more than {MOST_FIELDS:,} fields.",
        extensions={"code": "TOO_COSTLY"},
    )


def _conditions(node: Any) -> Conditions | None:
    """The variables that a selection depends on; None when its own text leaves it out."""
    found: list[tuple[str, bool]] = []
    for directive in node.directives or ():
        wanted = {"include": True, "skip": False}.get(directive.name.value)
        value = directive.arguments[0].value if directive.arguments else None
        if wanted is None:
            continue
        if isinstance(value, VariableNode):
            found.append((value.name.value, wanted))
        if isinstance(value, BooleanValueNode) and value.value is not wanted:
            return None
    return tuple(found)


def _numbers(
    owner: GraphQLObjectType, field: GraphQLField, node: FieldNode, paged: bool
) -> tuple[Number, dict[str, Number]]:
    """How many objects the field has, and of how many each list has whose size it says."""
    if paged:
        return _said(field, node, ("first", "last"), _PAGE), {}
    declared = declared_size(field)
    if declared is not None and declared.slicing_arguments:
        said = _said(field, node, tuple(declared.slicing_arguments), 1)
        return (_ONE, dict.fromkeys(declared.sized_fields, said)) if declared.sized_fields else (said, {})
    if declared is not None:
        return Number((), declared.assumed_size or 1), {}
    listed = _IN_INTROSPECTION.get(node.name.value, 1) if owner.name.startswith("__") else 1
    return Number((), listed), {}


def declared_size(field: GraphQLField) -> ListSize | None:
    """The declaration of a list's size, if the field has one."""
    definition = field.extensions.get("strawberry-definition")
    found = (each for each in getattr(definition, "directives", ()) if isinstance(each, ListSize))
    return next(found, None)


def is_list(field: GraphQLField) -> bool:
    """Whether the value of a field is a list, of objects or of values."""
    declared = field.type
    return is_list_type(declared.of_type if isinstance(declared, GraphQLNonNull) else declared)


def is_shape(named: GraphQLNamedType, shape: type) -> bool:
    """Whether the type is one of the generic shapes of connections."""
    origin = getattr(named.extensions.get("strawberry-definition"), "origin", None)
    return isinstance(origin, type) and issubclass(origin, shape)


def _said(field: GraphQLField, node: FieldNode, names: tuple[str, ...], otherwise: int) -> Number:
    """What the first of these arguments says that is given: a number, or a variable that may say nothing."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    variables: list[str] = []
    for name in names:
        value = given.get(name)
        if isinstance(value, IntValueNode):
            return Number(tuple(variables), int(value.value))
        if isinstance(value, ListValueNode):
            return Number(tuple(variables), len(value.values))
        if isinstance(value, VariableNode):
            variables.append(value.name.value)
        default = field.args[name].default_value
        otherwise = default if default is not Undefined and default is not None else otherwise
    return Number(tuple(variables), otherwise)
