"""Plans: how an object's plain fields are read, and how a value of a declared type is completed.

A plan is one Python expression, written and compiled for its selection: a page has thousands of values, and a step of
a loop or a call for each of them costs more than the value itself.

Owns: which values a plan answers for. Does not own: which fields are plain (`schema.compiled`), or what is said of an
unusual value: null where none may be, another type than declared, whatever a scalar raises.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any, NoReturn
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, GraphQLScalarType

Plan = Callable[[Any], Any]
"""From an object to its answer. Raises `Unusual`, or what a scalar raises."""


Reading = str | Callable[[Any], Any]
"""How a field is read: the attribute of that name, a dotted one of an attribute, or what a function says of it."""


class Unusual(Exception):
    """The plan does not answer this; the reference executor does."""


def _unusual(_value: object) -> NoReturn:
    raise Unusual


_AS_IS: dict[str, type] = {"ID": str, "String": str, "Boolean": bool, "JSON": dict}
"""Values of exactly this type are their own answer."""
_STRICT = frozenset({"ID", "String", "Boolean", "Decimal", "DateTime", "Date"})
"""Scalars that raise on what is not theirs, null included, and never wait for anything."""


@lru_cache(maxsize=1000)
def _code(text: str) -> CodeType:
    return compile(text, "plan", "eval")


class PlanText:
    """A plan while it is written: the entries of its answer, and what the names in them stand for.

    `origin` is the class that needs no check by `is_type_of`. Of what a caller writes only keys enter the text, quoted.
    """

    def __init__(self, origin: type, is_type_of: Callable[[Any, Any], Any] | None) -> None:
        self._entries: list[str] = []
        self._names: dict[str, Any] = {"origin": origin, "is_type_of": is_type_of, "unusual": _unusual, "UUID": UUID}
        self._belongs = "source is not None"
        if is_type_of is not None:
            self._belongs = f"type(source) is origin or {self._belongs} and is_type_of(source, None)"

    def add_constant(self, key: str, value: str) -> None:
        self._entries.append(f"{key!r}: {value!r}")

    def add(self, key: str, reading: Reading, declared: GraphQLOutputType, inner: Plan | None) -> bool:
        """False where only the reference executor can complete a value of the declared type."""
        read = f"source.{reading}" if isinstance(reading, str) else f"{self._named(reading)}(source)"
        completed = self._completed(f"(v := {read})", "v", declared, inner)
        if completed is not None:
            self._entries.append(f"{key!r}: {completed}")
        return completed is not None

    def add_hole(self, key: str) -> None:
        """Keep the place of what is filled in later."""
        self._entries.append(f"{key!r}: None")

    def plan(self) -> Plan | None:
        """The plan, if anything was added."""
        if not self._entries:
            return None
        answer = f"{{{', '.join(self._entries)}}}"
        written: Plan = eval(_code(f"lambda source: {answer} if {self._belongs} else unusual(source)"), self._names)
        return written

    def _named(self, value: Any) -> str:
        name = f"n{len(self._names)}"
        self._names[name] = value
        return name

    def _completed(self, first: str, value: str, declared: GraphQLOutputType, inner: Plan | None) -> str | None:
        """How a value of the declared type is completed: `first` is evaluated first, and names it `value`."""
        if isinstance(declared, GraphQLNonNull):
            return self._present(first, value, declared.of_type, inner)
        present = self._present(value, value, declared, inner)
        return present and f"(None if {first} is None else {present})"

    def _present(self, first: str, value: str, declared: GraphQLOutputType, inner: Plan | None) -> str | None:
        if isinstance(declared, GraphQLList):
            item = f"{value}_"
            each = self._completed(item, item, declared.of_type, inner)
            return each and f"([{each} for {item} in {value}] if type({first}) in (list, tuple) else unusual({value}))"
        if isinstance(declared, GraphQLEnumType):
            return f"{self._named(_members(declared))}[{first}]"
        if isinstance(declared, GraphQLScalarType):
            return self._scalar(first, value, declared)
        return inner and f"{self._named(inner)}({first})"

    def _scalar(self, first: str, value: str, declared: GraphQLScalarType) -> str | None:
        otherwise = self._named(declared.coerce_output_value) if declared.name in _STRICT else "unusual"
        if declared.name == "Int":
            return f"({value} if type({first}) is int and {-(2**31)} <= {value} < {2**31} else {otherwise}({value}))"
        if declared.name == "UUID":
            return f"(str({value}) if isinstance({first}, UUID) else {otherwise}({value}))"
        if declared.name in _AS_IS:
            return f"({value} if type({first}) is {_AS_IS[declared.name].__name__} else {otherwise}({value}))"
        return f"{otherwise}({first})" if declared.name in _STRICT else None


def _members(declared: GraphQLEnumType) -> dict[Any, str]:
    """Names by member; the reference executor compares a value with each in turn."""
    names = {value.value: name for name, value in declared.values.items()}
    return {member: names[member.value] for member in getattr(declared, "wrapped_cls", ())}
