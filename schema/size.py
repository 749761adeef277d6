"""How long a list is reckoned to be, so that the cost of an operation is known before it is executed.

Owns: the directive `@listSize`, as others know it, and the declarations of size. Does not own: the bound of a list,
which is the domain's, or what an operation costs (`schema.cost`). A connection needs no declaration: it has pages.
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="How many objects are reckoned with: as many as the argument says, or as many as are assumed.",
)
class ListSize:
    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET


def sized(assumed: int) -> list[Any]:
    """The directive for a list without pages: somewhat more than there usually are."""
    return [ListSize(assumed_size=assumed)]


def sized_by(argument: str, *fields: str) -> list[Any]:
    """The directive for a list whose length an argument says, or for an object whose `fields` are such lists."""
    return [ListSize(slicing_arguments=[argument], sized_fields=list(fields) or strawberry.UNSET)]
