"""Write the reference pages and the SDL from the code; `make check` fails when they differ.

Owns: `docs/reference/*.md` and `schema/schema.graphql`. Does not own: what stands in them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import click

import bss
import schema
import sync
from bss.feed.queries import TOLD
from bss.feed.topic import MEANING as TOPIC_MEANING
from bss.feed.topic import Topic
from bss.jobs.job import MEANING as JOB_MEANING
from bss.jobs.job import JobKind
from bss.outbox.event import MEANING, EventName
from bss.permission import IMPLIED, Permission
from bss.refusal import Refusal, catalogue
from bss.role import MOST, STANDARD, RoleKind, standard_with
from bss.transaction.command import COMMANDS
from bss.viewer import REQUIRED
from schema.declare import Requires
from schema.execution import schema as api
from server.command_line.main import bss as command_line
from server.settings import Settings
from workers.reactions import REACTIONS

ROOT = Path(__file__).parent.parent
_HEADER = "<!-- Written by `make docs` from the code; edit the code. -->\n\n"


def _import_everything() -> None:
    """Commands and refusals register when their module is imported; a page must not depend on who imported what."""
    for package in (bss, sync, schema):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." not in module.name:
                importlib.import_module(module.name)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _codes(refusals: Iterable[type[Refusal]]) -> str:
    return ", ".join(sorted(refusal.code for refusal in refusals))


def settings_page() -> str:
    rows = ((f"`{f.metadata['name']}`", str(f.default or ""), f.metadata["meaning"]) for f in fields(Settings))
    return "# Settings\n\nFrom the environment.\n\n" + _table(("name", "default", "meaning"), rows)


def permissions_page() -> str:
    used: dict[Permission, list[str]] = {word: [] for word in Permission}
    for name, permission in (*_commands(), *_root_fields()):
        used[permission].append(f"`{name}`")
    rows = (
        (
            f"`{word.value}`",
            ", ".join(f"`{each}`" for each in sorted(IMPLIED.get(word, ()))),
            ", ".join(standard_with(word)),
            ", ".join(used[word]),
        )
        for word in Permission
    )
    heads = ("permission", "implies", "standard roles that have it", "commands, and fields of the query")
    roles = ((f"`{role.code}`", role.name, role.kind.value) for role in STANDARD.values())
    kinds = ((f"{kind}", ", ".join(f"`{each}`" for each in sorted(MOST[kind]))) for kind in RoleKind)
    return (
        f"# Permissions\n\n{_table(heads, rows)}\n## Standard roles\n\n{_table(('role', 'name', 'kind'), roles)}"
        f"\n## The most that a role of one's own may allow\n\n{_table(('kind', 'permissions'), kinds)}"
    )


def _commands() -> Iterator[tuple[str, Permission]]:
    yield from ((name, command.requires) for name, command in sorted(COMMANDS.items()))


def _root_fields() -> Iterator[tuple[str, Permission]]:
    """The fields of the query that the SDL shows with a permission."""
    query = api._schema.query_type
    for name, field in sorted(query.fields.items() if query else ()):
        for shown in field.extensions["strawberry-definition"].directives:
            if isinstance(shown, Requires):
                yield name, Permission(shown.permission)


def refusals_page() -> str:
    rows = ((f"`{refusal.code}`", refusal.meaning) for refusal in catalogue())
    return '# Refusals\n\nEvery expected "no": `code`, `message` and the `path` of the input.\n\n' + _table(
        ("code", "meaning"), rows
    )


def commands_page() -> str:
    rows = (
        (f"`{name}`", f"`{command.requires.value}`", command.meaning, _codes(command.refuses))
        for name, command in sorted(COMMANDS.items())
    )
    return "# Commands\n\n" + _table(("command", "needs", "meaning", "refuses with"), rows)


def events_page() -> str:
    rows = ((f"`{e.value}`", MEANING[e], ", ".join(f"`{job.value}`" for job in REACTIONS[e])) for e in EventName)
    topics = ((f"`{topic.value}`", TOPIC_MEANING[topic], f"`{REQUIRED[TOLD[topic]].value}`") for topic in Topic)
    told = _table(("topic", "meaning", "needs"), topics)
    return f"# Events\n\n{_table(('event', 'meaning', 'jobs that follow'), rows)}\n## What can be followed\n\n{told}"


def jobs_page() -> str:
    causes = {kind: [event.value for event, kinds in REACTIONS.items() if kind in kinds] for kind in JobKind}
    rows = (
        (f"`{kind.value}`", JOB_MEANING[kind], ", ".join(f"`{e}`" for e in causes[kind]) or "other jobs")
        for kind in JobKind
    )
    return "# Jobs\n\n" + _table(("job", "meaning", "caused by"), rows)


def command_line_page() -> str:
    rows = ((f"`{usage}`", meaning) for usage, meaning in sorted(_usages(command_line, "bss")))
    how = "`bss COMMAND --help` says more. `--json` prints one JSON document instead of a table.\n\n"
    return "# Command line\n\n" + how + _table(("command", "meaning"), rows)


def _usages(group: click.Group, above: str) -> Iterator[tuple[str, str]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _usages(command, f"{above} {name}")
        else:
            meaning = (command.help or "").partition("\n\n")[0].replace("\n", " ")
            yield " ".join((above, name, *map(_parameter, command.params))), meaning


def _parameter(given: click.Parameter) -> str:
    """What need not be given stands in brackets."""
    name = given.opts[0] if isinstance(given, click.Option) else given.human_readable_name.upper()
    return name if given.required else f"[{name}]"


def sdl() -> str:
    from schema.execution import sdl as written

    return written()


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/command-line.md": command_line_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/events.md": events_page,
    "docs/reference/jobs.md": jobs_page,
    "docs/reference/permissions.md": permissions_page,
    "docs/reference/refusals.md": refusals_page,
    "docs/reference/settings.md": settings_page,
}


def written() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text that it should have."""
    _import_everything()
    for name, page in PAGES.items():
        yield ROOT / name, _HEADER + page()
    yield ROOT / "schema" / "schema.graphql", sdl()


def main() -> None:
    for path, text in written():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
