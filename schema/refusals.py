"""Refusals as members of result unions.

Owns: one GraphQL type per refusal of the domain, made from its code and meaning. Does not own: the refusals.
"""

from __future__ import annotations

from collections.abc import Callable

import strawberry

from bss import refusal as domain
from schema.size import sized

Path = tuple[str, ...]


@strawberry.type(description="One thing that is wrong with the input.")
class Problem:
    path: list[str] = strawberry.field(directives=sized(5))
    message: str


@strawberry.interface(name="Refusal", description='An expected "no": nothing was changed.')
class Refusal:
    code: str = strawberry.field(description="Stable; listed in the reference of refusals.")
    message: str = strawberry.field(description="For a person.")
    path: list[str] = strawberry.field(
        description="The input that it is about; empty for the operation as a whole.", directives=sized(5)
    )
    problems: list[Problem] = strawberry.field(description="Every problem of the input.", directives=sized(5))


_TYPES: dict[type[domain.Refusal], type[Refusal]] = {}


def refusal_type(refusal: type[domain.Refusal]) -> type[Refusal]:
    """The GraphQL type of a refusal class."""
    if refusal not in _TYPES:
        shape = type(refusal.__name__, (Refusal,), {"__annotations__": {}})
        _TYPES[refusal] = strawberry.type(shape, description=refusal.meaning)
    return _TYPES[refusal]


def refused(
    refusal: domain.Refusal, declared: tuple[type[domain.Refusal], ...], place_of: Callable[[Path], Path]
) -> Refusal:
    """The refusal as the member of a result union that is declared for it or for what it is a special case of.

    `place_of` writes a path in the API's names.
    """
    member = next(each for each in type(refusal).__mro__ if each in declared)
    return refusal_type(member)(
        code=refusal.code,
        message=refusal.message,
        path=list(place_of(refusal.path)),
        problems=[Problem(path=list(place_of(each.path)), message=each.message) for each in refusal.problems],
    )
