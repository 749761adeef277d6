"""Hold the schema against the last release: what would break a client is declared with a reason, or is no change.

Owns: `schema/released.graphql`, the SDL of the last release, and `schema/breaks.txt`, the breaks since then that are
meant. Does not own: what a break is, which graphql-core says. `make check` asks, `make release` renews both files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from graphql import GraphQLSchema, build_schema
from graphql.utilities import find_breaking_changes

from schema.execution import sdl

_FOLDER = Path(__file__).parent.parent / "schema"
RELEASED, BREAKS = _FOLDER / "released.graphql", _FOLDER / "breaks.txt"
_BETWEEN = " | "
_HEAD = f"""\
# What breaks clients of the last release, and is meant: the change as `make check` names it{_BETWEEN}the reason.
# `make release` empties this list.
"""


def breaks(before: str, after: str) -> tuple[str, ...]:
    """What a client that was written for one SDL may stumble over in the other, each as a sentence."""
    return tuple(sorted({change.description for change in find_breaking_changes(_read(before), _read(after))}))


def _read(text: str) -> GraphQLSchema:
    return build_schema(text, assume_valid_sdl=True)


def declared(text: str) -> dict[str, str]:
    """The breaks that are meant, with their reasons. Raises `ValueError` for a line without a reason."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [line.partition(_BETWEEN) for line in lines]
    for line, (change, _, reason) in zip(lines, found, strict=True):
        if not change.strip() or not reason.strip():
            raise ValueError(f"{BREAKS.name}: no reason: {line}")
    return {change: reason for change, _, reason in found}


def problems(before: str, after: str, meant: Mapping[str, str]) -> Iterator[str]:
    """Breaks that nobody declared, and declarations of what does not break."""
    broken = breaks(before, after)
    yield from (f"breaks clients of the last release: {each}" for each in broken if each not in meant)
    yield from (f"{BREAKS.name} declares what is no break: {each}" for each in meant if each not in broken)


@click.command()
@click.option("--renew", is_flag=True, help="This is a release: what is now is what the next is held against.")
def main(renew: bool) -> None:
    """Say what would break a client of the last release, and fail when it is not declared."""
    if renew:
        RELEASED.write_text(sdl(), encoding="utf-8")
        BREAKS.write_text(_HEAD, encoding="utf-8")
    found = list(problems(_text(RELEASED), sdl(), declared(_text(BREAKS))))
    for each in found:
        click.echo(each, err=True)
    if found:
        click.echo(f"Undo it, deprecate instead, or declare it with a reason in schema/{BREAKS.name}.", err=True)
        sys.exit(1)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
