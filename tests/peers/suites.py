"""The suites and clients of others, each as a function from a served API to what its cases said.

Owns: which programs are run, and how their cases are read. Does not own: whether it was enough (`cases`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.peers.cases import Case
from tests.peers.oidc import story as openid
from tests.peers.serving import Served
from tests.peers.workplace import Workplace

Suite = Callable[[Workplace, Served], list[Case]]


def audits(place: Workplace, server: Served) -> list[Case]:
    """The audits of npm's graphql-http."""
    return told(["node", "audits.mjs", server.url, server.token], place.folder)


def python_client(place: Workplace, server: Served) -> list[Case]:
    """A client that ariadne-codegen makes of the schema, found right by mypy, and used."""
    folder, python = place.folder / "python", str(place.python)
    return [
        ran("is generated", [str(place.python.with_name("ariadne-codegen"))], folder),
        ran("is right by mypy --strict", [python, "-m", "mypy", "bss_client", "story.py"], folder),
        *told([python, "story.py", server.url, server.token], folder),
    ]


def typescript_client(place: Workplace, server: Served) -> list[Case]:
    """Types that GraphQL Code Generator makes of the schema, found right by the strict compiler, and used."""
    folder, programs = place.folder / "typescript", place.folder / "node_modules" / ".bin"
    return [
        ran("is generated", [str(programs / "graphql-codegen"), "--config", "codegen.json"], folder),
        ran("is right by tsc --strict", [str(programs / "tsc")], folder),
        *told(["node", "out/story.js", server.url, server.token], folder),
    ]


def relay_compiler(place: Workplace, server: Served) -> list[Case]:
    """One case for each document that the compiler made; it makes all or none."""
    folder = place.folder / "relay"
    whole = ran("compiles", [str(place.folder / "node_modules" / ".bin" / "relay-compiler")], folder)
    made = [path.name.removesuffix(".graphql.js") for path in sorted((folder / "__generated__").iterdir())]
    return [Case(name, True) for name in made] if whole.passed else [whole]


def relay_runtime(place: Workplace, server: Served) -> list[Case]:
    """What the compiler made, executed."""
    return told(["node", "story.js", server.url, server.token], place.folder / "relay")


def followers(place: Workplace, server: Served) -> list[Case]:
    """Two clients that follow what happens: over Server-Sent Events, and over a WebSocket."""
    return told(["node", "live/follow.mjs", server.url, server.token], place.folder)


def certified_provider(place: Workplace, server: Served) -> list[Case]:
    """Signing in by npm's oidc-provider, and out."""
    return openid.cases(place.folder, server)


def linter(place: Workplace, server: Served) -> list[Case]:
    """One case for each rule of GraphQL-ESLint; `lint/` says which are not held, and why."""
    return told(["node", "lint/rules.mjs"], place.folder)


SUITES: dict[str, Suite] = {
    "GraphQL over HTTP, by graphql-http": audits,
    "the schema by graphql-eslint": linter,
    "a Python client by ariadne-codegen": python_client,
    "a TypeScript client by graphql-codegen": typescript_client,
    "documents compiled by relay-compiler": relay_compiler,
    "documents executed by relay-runtime": relay_runtime,
    "live updates by graphql-sse and graphql-ws": followers,
    "sign-in by oidc-provider": certified_provider,
}
"""In the order in which they run, on the same books."""


def ran(name: str, command: Sequence[str], folder: Path) -> Case:
    """A program that is a case by itself."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return Case(name, ended.returncode == 0, f"{ended.stdout}{ended.stderr}" if ended.returncode else "")


def told(command: Sequence[str], folder: Path) -> list[Case]:
    """The cases that a program tells, a line of JSON each; that it ended well is one more when it did not."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    cases = [Case(each["name"], each["passed"], each.get("reason") or "") for each in found]
    return cases if ended.returncode == 0 else [*cases, Case("ends well", False, ended.stderr)]
