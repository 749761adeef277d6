"""From rows to values: the one way in which a row becomes a frozen dataclass.

Owns: the making of the value, past its `__init__`: a frozen class sets every field by a call of its own, which costs a
page of rows more than reading them from the database. Does not own: which columns are read, or any statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import EnumType
from typing import Any, TypeVar

from asyncpg import Record

Value = TypeVar("Value")


def valued(made: type[Value], **kept: Callable[[Any], Any]) -> Callable[[Record], Value]:
    """The mapping to `made` from a row that has its fields among its columns.

    `kept` are those that the database keeps in another form, with what makes them of it: an enumeration, a function.
    """
    if hasattr(made, "__post_init__"):
        raise TypeError(f"{made.__name__} checks its fields when it is made")
    names = [field.name for field in fields(made)]  # type: ignore[arg-type]  # a dataclass, as its fields prove
    readings = [(name, _reading(form)) for name, form in kept.items()]

    def value_of(row: Record) -> Value:
        value = object.__new__(made)
        found = value.__dict__
        for name in names:
            found[name] = row[name]
        for name, read in readings:
            found[name] = read(found[name])
        return value

    return value_of


def _reading(form: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if not isinstance(form, EnumType):
        return form
    members: list[Any] = list(form)
    return {each.value: each for each in members}.__getitem__
