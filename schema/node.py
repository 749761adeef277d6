"""Typed ids and the `Node` interface: `node(id)` and `nodes(ids)` find any objects that the viewer may see.

Owns: the table from kind of id to finder, and the two ways between an id and its text. Does not own: the
queries that find, which are the domain's.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry

from bss.identifier import Kind, MalformedId, kind_of, private, public
from bss.refusal import InvalidInput
from schema.asking import Batched, Info
from schema.size import sized_by

MOST_NODES = 100


@strawberry.interface(description="Anything with an id. Ids are opaque, and their prefix tells the kind.")
class Node:
    id: strawberry.ID


Finder = Callable[[Info, UUID], Awaitable[Any]]
FINDERS: dict[Kind, Finder] = {}
SHOWN: dict[Kind, type] = {}
"""As what the objects of a kind are shown."""


def findable(kind: Kind, question: Batched[UUID, Any], node: Any) -> Finder:
    """Declare how objects of a kind are found by id, within the viewer's scope, and how they are shown (`node.of`).

    The finder is batched: references from a whole page to objects of the kind are one statement.
    """

    async def find(info: Info, identifier: UUID) -> Any:
        found = await info.context.load(question, identifier)
        return None if found is None else node.of(found)

    FINDERS[kind] = find
    SHOWN[kind] = node
    return find


def id_of(kind: Kind, identifier: UUID) -> strawberry.ID:
    """The public id of an object, as the API writes it."""
    return strawberry.ID(public(kind, identifier))


def optional_id(kind: Kind, identifier: UUID | None) -> strawberry.ID | None:
    """The public id of a reference that may be absent."""
    return None if identifier is None else id_of(kind, identifier)


def uuid_of(kind: Kind, text: str, path: str) -> UUID:
    """The UUID of a public id in an input. Raises `InvalidInput` with the input's path."""
    try:
        return private(kind, text)
    except MalformedId as malformed:
        raise InvalidInput.at(path, str(malformed)) from malformed


def optional_uuid(kind: Kind, text: str | None, path: str) -> UUID | None:
    """The UUID of a public id that may be absent. Raises `InvalidInput` with the input's path."""
    return None if text is None else uuid_of(kind, text, path)


async def _found(info: Info, text: str, path: str) -> Any:
    """The object with this public id. Raises `InvalidInput` with the input's path for what is no id."""
    try:
        kind = kind_of(text)
        identifier = private(kind, text)
    except MalformedId as malformed:
        raise InvalidInput.at(path, str(malformed)) from malformed
    finder = FINDERS.get(kind)
    return None if finder is None else await finder(info, identifier)


@strawberry.type
class NodeQuery:
    @strawberry.field(description="The object with this id, or null: what lies outside the scope does not exist.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        found: Node | None = await _found(info, id, "id")
        return found

    @strawberry.field(
        description=f"The objects with these ids, in their order, at most {MOST_NODES}; null for each that `node` has"
        " not either.",
        directives=sized_by("ids"),
    )
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise InvalidInput.at("ids", f"At most {MOST_NODES} ids are taken together.")
        asked = (_found(info, each, f"ids.{place}") for place, each in enumerate(ids))
        # What one of them is refused with is the error of its place in the list; the others are answered.
        found: list[Any] = await gather(*asked, return_exceptions=True)
        malformed = next((each for each in found if isinstance(each, InvalidInput)), None)
        if malformed is not None:
            raise malformed
        return found
