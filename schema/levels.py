"""Selections with fields that are asked for together, read a level at a time: all objects of a list, then all below.

The reference executor goes object by object, which costs a hundred microseconds for every connection of a tree. A level
reads the plain fields of all its objects by a plan, asks one question for each of the other fields, and goes on with
all the answers as the next level.

Owns: how levels are read. Does not own: which selections are levels (`schema.compiled`), or what is said of anything
unusual: the reference executor reads the same objects again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import GraphQLField
from graphql.execution.values import get_argument_values

from schema.plan import Plan, Reading, Unusual
from schema.together import Together


class Hole(NamedTuple):
    """A field of a level whose value is an object, or a list of objects, that a level of its own reads."""

    key: str
    field: GraphQLField
    details: Any
    read: Reading | Together
    is_list: bool
    may_be_null: bool
    level: Level


class Level(NamedTuple):
    """The plain fields of an object with the places of the others, and those."""

    plan: Plan
    holes: tuple[Hole, ...]


async def read(level: Level, sources: Sequence[Any], executor: Any) -> list[dict[str, Any]]:
    """The answers of objects, in their order. Raises `Unusual`, or whatever a question or a field raises."""
    plan = level.plan
    answers = [plan(source) for source in sources]
    for hole in level.holes if sources else ():
        values = await _values(hole, sources, executor)
        if not hole.may_be_null and None in values:
            raise Unusual
        below = iter(await read(hole.level, _objects(hole, values), executor))
        for answer, value in zip(answers, values, strict=True):
            if value is not None:
                answer[hole.key] = list(islice(below, len(value))) if hole.is_list else next(below)
    return answers


async def read_one(level: Level, source: Any, executor: Any) -> dict[str, Any]:
    """The answer of one object."""
    (found,) = await read(level, (source,), executor)
    return found


async def _values(hole: Hole, sources: Sequence[Any], executor: Any) -> list[Any]:
    together = hole.read
    if isinstance(together, str):
        return list(map(attrgetter(together), sources))
    if not isinstance(together, Together):
        return [together(source) for source in sources]
    given: dict[str, Any] = {}
    if hole.field.args:
        asked = hole.details[0]
        given = get_argument_values(hole.field, asked.node, executor.variable_values, asked.fragment_variable_values)
    more = (*together.asked(**given), *together.further(sources[0]))
    keys = [together.key_of(source) for source in sources]
    answers = await executor.context_value.load_all(together.question, keys, *more)
    return [together.shown(answers[key]) for key in keys]


def _objects(hole: Hole, values: list[Any]) -> list[Any]:
    if not hole.is_list:
        return [value for value in values if value is not None]
    return list(_items(values))


def _items(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if type(value) is list:
            yield from value
        elif value is not None:
            raise Unusual
