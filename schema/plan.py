"""Plans: how an object's plain fields are read, and how a value of a declared type is completed.

Owns: which values a plan answers for. Does not own: which fields are plain (`schema.compiled`), or what is said of an
unusual value: null where none may be, another type than declared, whatever a scalar raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, GraphQLScalarType

Completed = Callable[[Any], Any]
"""From an attribute's value to what stands in the answer. Raises `Unusual`, or what the scalar raises."""


class Unusual(Exception):
    """The plan does not answer this; the reference executor does."""


class PlainField(NamedTuple):
    """`key` in the answer, the attribute's `name`, the type whose values stand there `as_is`, and how others do."""

    key: str
    name: str
    as_is: type | None
    completed: Completed


@dataclass(frozen=True, slots=True)
class Plan:
    """The plain fields of an object; `origin` is the class that needs no check by `is_type_of`."""

    fields: tuple[PlainField, ...]
    origin: type
    is_type_of: Callable[[Any, Any], Any] | None

    def __call__(self, source: Any) -> dict[str, Any]:
        if type(source) is not self.origin and not self._may_be(source):
            raise Unusual
        found = {}
        for key, name, as_is, completed in self.fields:
            value = getattr(source, name)
            found[key] = value if type(value) is as_is else completed(value)
        return found

    def _may_be(self, source: Any) -> bool:
        return source is not None and (self.is_type_of is None or bool(self.is_type_of(source, None)))


_AS_IS: dict[str, type] = {"ID": str, "String": str, "Boolean": bool, "JSON": dict}
"""Values of exactly this type are their own answer."""
_STRICT = frozenset({"ID", "String", "Boolean", "Decimal", "DateTime", "Date"})
"""Scalars that raise on what is not theirs, null included, and never wait for anything."""
_INT = range(-(2**31), 2**31)


def as_is(declared: GraphQLOutputType) -> type | None:
    """The type whose values need no completing."""
    named = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
    return _AS_IS.get(named.name) if isinstance(named, GraphQLScalarType) else None


def completed_as(declared: GraphQLOutputType, inner: Plan | None) -> Completed | None:
    """How a value of the declared type is completed; None where only the reference executor knows."""
    if isinstance(declared, GraphQLNonNull):
        return _of_present(declared.of_type, inner)
    present = _of_present(declared, inner)
    if present is None:
        return None
    return lambda value: None if value is None else present(value)


def _of_present(declared: GraphQLOutputType, inner: Plan | None) -> Completed | None:
    if isinstance(declared, GraphQLList):
        return _of_list(completed_as(declared.of_type, inner))
    if isinstance(declared, GraphQLEnumType):
        return _of_enumeration(declared)
    if isinstance(declared, GraphQLScalarType):
        return _of_scalar(declared)
    return inner


def _of_list(each: Completed | None) -> Completed | None:
    if each is None:
        return None

    def completed(values: Any) -> list[Any]:
        if type(values) not in (list, tuple):
            raise Unusual
        return [each(value) for value in values]

    return completed


def _of_enumeration(declared: GraphQLEnumType) -> Completed:
    """By the member; the reference executor compares it with each in turn."""
    names = {value.value: name for name, value in declared.values.items()}
    members = {member: names[member.value] for member in getattr(declared, "wrapped_cls", ())}
    return members.__getitem__


def _of_scalar(declared: GraphQLScalarType) -> Completed | None:
    own = {"Int": _whole, "JSON": _object, "UUID": _uuid}
    return own.get(declared.name) or (declared.coerce_output_value if declared.name in _STRICT else None)


def _whole(value: Any) -> int:
    if type(value) is int and value in _INT:
        return value
    raise Unusual


def _uuid(value: Any) -> str:
    if type(value) is UUID:
        return str(value)
    raise Unusual


def _object(value: object) -> None:
    """An object stands as it is; the scalar takes anything else too, even what has to be waited for."""
    raise Unusual
