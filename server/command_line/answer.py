"""What a command answers: a table that fits the terminal, or one JSON document.

Owns: both ways to print, and `--json`. Does not own: what stands in an answer (the commands), or progress, which goes
to standard error (`opening.told`).

In JSON a decimal is a string, an instant is in UTC, and names are spelled as in the API. A list is
`{"rows": […], "more": false}`; an object is itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, TypeGuard, TypeVar

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bss.transaction.page import Page
from server.command_line.opening import told

Record = Mapping[str, object]
Row = TypeVar("Row")
_PIPED = 10_000
"""Characters of a line that no terminal limits: what reads a pipe wants each row on one line."""


@dataclass(frozen=True)
class Listing:
    """Rows of which a table shows the columns `shown`; `none` is said when there are no rows.

    `more` says how the rest is asked for, and is None when this is all of it. `failed` ends the process with 1.
    """

    rows: Sequence[Record]
    shown: Sequence[str]
    none: str
    more: str | None = None
    failed: bool = False


Answer = Record | Listing


def listing(page: Page[Row], record_of: Callable[[Row], Record], shown: Sequence[str], none: str) -> Listing:
    """A page as a listing; its last row's id continues it."""
    rows = tuple(map(record_of, page.rows))
    return Listing(rows, shown, none, f"There are more: --after {rows[-1]['id']}" if page.has_next else None)


def answers(command: Callable[..., Answer]) -> Callable[..., None]:
    """Print what the command returns; stands between the command's name and its own options."""

    @wraps(command)
    def answered(*arguments: Any, as_json: bool, **options: Any) -> None:
        answer = command(*arguments, **options)
        click.echo(_as_json(answer) if as_json else _as_text(answer), nl=False)
        if isinstance(answer, Listing):
            if answer.more:
                told(answer.more)
            if answer.failed:
                sys.exit(1)

    option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
    return option(answered)


def _as_json(answer: Answer) -> bytes:
    document = {"rows": answer.rows, "more": answer.more is not None} if isinstance(answer, Listing) else answer
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, default=_plain, option=options)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _as_text(answer: Answer) -> str:
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(highlight=False, width=_PIPED)
    with console.capture() as captured:
        for each in _tables(answer):
            console.print(each)
    return captured.get()


def _tables(answer: Answer) -> Iterable[Table | Text]:
    if isinstance(answer, Listing):
        yield _table(answer.rows, answer.shown) if answer.rows else Text(answer.none)
        return
    below: dict[str, tuple[Record, ...]] = {}
    card = Table.grid(padding=(0, 2))
    card.add_column(no_wrap=True)
    card.add_column(overflow="fold")
    for name, value in answer.items():
        if _are_records(value):
            below[name] = value
        else:
            card.add_row(Text(_words(name), "bold"), Text(_cell(value)))
    yield card
    for name, rows in below.items():
        yield Text(f"\n{_words(name)}", "bold")
        yield _table(rows, tuple(rows[0]))


def _are_records(value: object) -> TypeGuard[tuple[Record, ...]]:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Mapping)


def _table(rows: Sequence[Record], shown: Sequence[str]) -> Table:
    """The first column keeps its words whole as long as it can; the others break where the terminal ends."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(shown):
        table.add_column(_words(name), no_wrap=place == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[name])) for name in shown))
    return table


def _words(name: str) -> str:
    """`validFrom` → `Valid from`."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced[:1].upper() + spaced[1:]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%MZ}"
        case Decimal():
            return format(value, "f")
        case Mapping():
            return ", ".join(f"{name} {_cell(each)}" for name, each in value.items())
        case list() | tuple():
            return ", ".join(map(_cell, value))
    # What another organisation sent may hold what a terminal would obey.
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in str(value))
