"""Typed ids and the `Node` interface: `node(id)` finds any object that the viewer may see.

Owns: the table from kind of id to finder. Does not own: the finders, which are the domain's queries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from bss.identifier import Kind, MalformedId, kind_of, private
from bss.refusal import InvalidInput
from schema.asking import Info


@strawberry.interface(description="Anything with an id. Ids are opaque, and their prefix tells the kind.")
class Node:
    id: strawberry.ID


Finder = Callable[[Info, UUID], Awaitable[Node | None]]
FINDERS: dict[Kind, Finder] = {}


def found_by(kind: Kind) -> Callable[[Finder], Finder]:
    """Declare how objects of a kind are found by id, within the viewer's scope."""

    def declare(finder: Finder) -> Finder:
        FINDERS[kind] = finder
        return finder

    return declare


def uuid_of(kind: Kind, text: str, path: str) -> UUID:
    """The UUID of a public id in an input. Raises `InvalidInput` with the input's path."""
    try:
        return private(kind, text)
    except MalformedId as malformed:
        raise InvalidInput.at(path, str(malformed)) from malformed


@strawberry.type
class NodeQuery:
    @strawberry.field(description="The object with this id, or null: what lies outside the scope does not exist.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        try:
            kind = kind_of(id)
            identifier = private(kind, id)
        except MalformedId as malformed:
            raise InvalidInput.at("id", str(malformed)) from malformed
        finder = FINDERS.get(kind)
        return None if finder is None else await finder(info, identifier)
