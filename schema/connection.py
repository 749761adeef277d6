"""Relay-style connections over keyset pages.

Owns: the connection shape and its opaque cursors. Does not own: the pages (`bss.transaction.page`).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Hashable
from inspect import Parameter, Signature
from operator import attrgetter
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from bss.identifier import Kind
from bss.refusal import InvalidInput
from bss.transaction.page import Page, PageRequest
from schema.asking import Batched, Info
from schema.declare import needs
from schema.node import optional_uuid
from schema.together import Together, none_further

NodeType = TypeVar("NodeType")
Row = TypeVar("Row")
MOST_EXPORTED = 1_000
_VERSION = "1"
_FORM = re.compile(f"{_VERSION}[0-9a-f]{{32}}")

First = Annotated[int | None, strawberry.argument(description="At most 200; 50 when nothing is said.")]
Last = Annotated[int | None, strawberry.argument(description="The last rows before a cursor; not together with first.")]
Cursor = Annotated[str | None, strawberry.argument(description="An opaque cursor of an edge.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def _cursor(edge: strawberry.Parent[Any]) -> str:
    return cursor(edge.position)


@strawberry.type(description="One of a page, and the cursor of its place.")
class Edge(Generic[NodeType]):
    cursor: str = strawberry.field(resolver=_cursor)
    node: NodeType
    position: strawberry.Private[UUID]


def _page_info(connection: strawberry.Parent[Any]) -> PageInfo:
    positions = [edge.position for edge in connection.edges]
    return PageInfo(
        has_next_page=connection.page.has_next,
        has_previous_page=connection.page.has_previous,
        start_cursor=cursor(positions[0]) if positions else None,
        end_cursor=cursor(positions[-1]) if positions else None,
    )


@strawberry.type(description="One page of a list.")
class Connection(Generic[NodeType]):
    edges: list[Edge[NodeType]]
    page_info: PageInfo = strawberry.field(resolver=_page_info)
    page: strawberry.Private[Page[Any]]


def asked_page(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page request behind the four arguments of every connection."""
    return PageRequest(first, _position(after, "after"), last, _position(before, "before"))


def asked_export(first: int, after: str | None) -> PageRequest:
    """The page request of a list that goes out in plain rows, many at once."""
    return PageRequest(first, _position(after, "after"), most=MOST_EXPORTED)


def connected(
    page: Page[Row], node_of: Callable[[Row], NodeType], id_of: Callable[[Row], UUID]
) -> Connection[NodeType]:
    """A page as a connection."""
    return Connection(edges=[Edge(position=id_of(row), node=node_of(row)) for row in page.rows], page=page)


def listed(
    question: Callable[..., Awaitable[Page[Any]]], node: Any, *, description: str, of: tuple[str, Kind] | None = None
) -> Any:
    """The root field of a query that answers page by page; its rows have an `id` and are shown by `node.of`.

    `of`: the argument, of the query and of the field alike, that may name the one whose rows are meant.
    """

    async def resolver(
        info: Info,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
        **named: str | None,
    ) -> Any:
        wanted = {} if of is None else {of[0]: optional_uuid(of[1], named.get(of[0]), to_camel_case(of[0]))}
        page = await question(info.context.viewer, asked_page(first, after, last, before), **wanted)
        return connected(page, node.of, lambda row: row.id)

    owner = {} if of is None else {of[0]: strawberry.ID | None}
    arguments = {"info": Info, **owner, "first": First, "after": Cursor, "last": Last, "before": Cursor}
    resolver.__annotations__ = {**arguments, "return": Connection[node]}
    resolver.__signature__ = Signature(  # type: ignore[attr-defined]  # the library reads the arguments there
        [_parameter(name, kind) for name, kind in arguments.items()], return_annotation=Connection[node]
    )
    return strawberry.field(resolver=resolver, description=description, directives=needs(question))


def _parameter(name: str, kind: Any) -> Parameter:
    default = Parameter.empty if name == "info" else None
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)


def paged_together(
    question: Batched[Any, Page[Any]],
    *,
    key_of: Callable[[Any], Hashable],
    node_of: Callable[[Any], Any],
    id_of: Callable[[Any], UUID],
    further: Callable[[Any], tuple[Hashable, ...]] = none_further,
) -> Together:
    """What hangs on an object, as a connection; the lists of many objects are one statement.

    `question` answers with a page for each key.
    """

    def asked(first: Any = None, after: Any = None, last: Any = None, before: Any = None) -> tuple[PageRequest]:
        return (asked_page(first, after, last, before),)

    def shown(page: Page[Any] | None) -> Connection[Any] | None:
        return None if page is None else connected(page, node_of, id_of)

    return Together(question, key_of, shown, asked, further)


def listed_under(question: Batched[UUID, Page[Any]], node: Any, *, description: str) -> Any:
    """The field of an object with a `key` that lists what hangs on it, whose rows have an `id`."""
    together = paged_together(question, key_of=attrgetter("key"), node_of=node.of, id_of=attrgetter("id"))

    async def resolver(
        self: Any, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Any:
        return await together.of_one(self, info, first=first, after=after, last=last, before=before)

    arguments = {"first": First, "after": Cursor, "last": Last, "before": Cursor}
    resolver.__annotations__ = {"info": Info, **arguments, "return": Connection[node] | None}
    return strawberry.field(
        resolver=resolver, description=description, directives=needs(question), metadata=together.metadata
    )


def cursor(position: UUID) -> str:
    """The opaque cursor of a row."""
    return _VERSION + position.hex


def _position(text: str | None, path: str) -> UUID | None:
    if text is None:
        return None
    if not _FORM.fullmatch(text):
        raise InvalidInput.at(path, "This is not a cursor of this list.")
    return UUID(text.removeprefix(_VERSION))
