"""Arguments that several commands take: ids, instants, and which page of a list.

Owns: how they are read, and the sentence when they cannot be. Does not own: whether what an id names exists
(the domain).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import click

from bss.identifier import Kind, MalformedId, private
from bss.transaction.page import MOST_ROWS

Declared = TypeVar("Declared", bound=Callable[..., Any])


class PublicId(click.ParamType[UUID]):
    """The public id of an object of one kind, such as `acc_…`; becomes the UUID behind it."""

    def __init__(self, kind: Kind) -> None:
        self.name = f"{kind.value}_…"
        self._kind = kind

    def convert(self, value: str | UUID, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return private(self._kind, value)
        except MalformedId as malformed:
            self.fail(f"{malformed}.", param, ctx)


class Instant(click.DateTime):
    """An instant in UTC, to the day or to the second."""

    name = "instant"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        read: datetime = super().convert(value, param, ctx)
        return read.replace(tzinfo=UTC)


INSTANT = Instant()


def of_organisation(command: Declared) -> Declared:
    """The argument that every command about one organisation begins with."""
    return click.argument("organisation", metavar="ORGANISATION")(command)


def page_of(kind: Kind) -> Callable[[Declared], Declared]:
    """`--first` and `--after` of a list whose rows have ids of this kind."""

    def declare(command: Declared) -> Declared:
        after = click.option("--after", type=PublicId(kind), help="Continue after this row.")
        rows = click.IntRange(1, MOST_ROWS)
        return click.option("--first", type=rows, default=50, show_default=True, help="Rows.")(after(command))

    return declare
