"""Types that show values of the domain as they are: their fields are read from the value, and only those asked for.

A list of thousands of rows costs more in objects made for the API than in everything else. What such a type shows is
the domain's own value; nothing is made of it.

Owns: the fields of such types, and how a value passes for an object of one. Does not own: plans (`schema.plan`).
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

import strawberry
from strawberry.parent import StrawberryParent

from bss.identifier import Kind
from schema.node import id_of

PART = "part"
"""Where a field says which attribute it shows, among its metadata."""

Shown = TypeVar("Shown")
_VALUE: Any = Annotated[Any, StrawberryParent()]


def shown_as(node: type[Shown], value: object) -> Shown:
    """The value as an object of this type, whose fields are read from it."""
    return cast("Shown", value)


def part(path: str, **options: Any) -> Any:
    """The field that shows this attribute of the value, or of an attribute of it."""
    read = attrgetter(path)

    def resolver(value):  # type: ignore[no-untyped-def]  # its type is that of the field
        return read(value)

    resolver.__annotations__ = {"value": _VALUE}
    return strawberry.field(resolver=resolver, metadata={PART: path}, **options)


def part_id(kind: Kind, path: str, **options: Any) -> Any:
    """The field that shows the id which this attribute holds, or null where it holds none."""
    read = attrgetter(path)

    def resolver(value):  # type: ignore[no-untyped-def]  # as above
        found: UUID | None = read(value)
        return None if found is None else id_of(kind, found)

    resolver.__annotations__ = {"value": _VALUE}
    return strawberry.field(resolver=resolver, **options)
