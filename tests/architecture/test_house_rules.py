"""The rules of the house as tests: budgets, names, clock, binary fractions, docstrings, generated pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bss", "schema", "sync", "workers", "server")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")])
CORE = [path for path in CODE if path.relative_to(ROOT).parts[0] == "bss"]

MOST_LINES = 300
MOST_FUNCTION_LINES = 50
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "services"}
BANNED_PREFIXES = ("get_", "handle_", "process_", "do_")
THIRD_PARTY_NAMES = {
    *("process_result", "process_errors", "get_context", "get_results", "process_bind_param", "handle_async_request"),
    *("handle_response", "handle_message", "handle_subscribe", "handle_connection_init"),
}
SAVEPOINTS = {"bss/metering/count.py", "sync/receive.py"}
"""Inside an open unit of work: what is caught, or what must be undone, stands in a savepoint."""
CRYPTOGRAPHY = {"authlib", "cryptography", "joserfc"}
CLOCK_MODULES = {"bss/clock.py"}
CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("time", "time_ns")}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_code_to_check() -> None:
    assert len(CODE) > 60


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=named)
def test_a_file_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{named(path)}:{each.lineno} {each.name}"
        for path in [*CODE, *TESTS]
        for each in functions(path)
        if (each.end_lineno or 0) - each.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_names_say_what_a_thing_is() -> None:
    modules = [named(path) for path in CODE if set(path.with_suffix("").parts) & BANNED_NAMES]
    verbs = [
        f"{named(path)}:{each.lineno} {each.name}"
        for path in CODE
        for each in functions(path)
        if each.name.startswith(BANNED_PREFIXES) and each.name not in THIRD_PARTY_NAMES
    ]
    assert modules + verbs == []


def test_only_the_clock_reads_the_clock() -> None:
    readers = []
    for path in CODE:
        if named(path) in CLOCK_MODULES:
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and ((node.value.id, node.attr) in CLOCK_CALLS)
            ):
                readers.append(f"{named(path)}:{node.lineno}")
    assert readers == []


def test_the_core_knows_no_binary_fractions_and_does_not_round() -> None:
    found = []
    for path in CORE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Name) and node.id in ("float", "round"):
                found.append(f"{named(path)}:{node.lineno} {node.id}")
            if isinstance(node, ast.Constant) and type(node.value) is float:
                found.append(f"{named(path)}:{node.lineno} {node.value}")
    assert found == []


def test_every_module_says_what_it_owns() -> None:
    silent = [named(path) for path in CODE if path.name != "__init__.py" and not ast.get_docstring(tree(path))]
    assert silent == []


def test_every_public_class_and_function_of_the_core_has_a_docstring() -> None:
    silent = []
    for path in [path for path in CODE if named(path).startswith(("bss/", "sync/")) and path.name != "models.py"]:
        for node in tree(path).body:
            defines = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if defines and not node.name.startswith("_") and not ast.get_docstring(node) and not _is_refusal(node):
                silent.append(f"{named(path)}:{node.lineno} {node.name}")
    assert silent == []


def _is_refusal(node: ast.AST) -> bool:
    """A refusal explains itself by its `meaning`, which stands in the reference."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "meaning" for t in item.targets)
        for item in node.body
    )


def test_only_begin_opens_a_transaction() -> None:
    allowed = {"bss/transaction/begin.py"} | SAVEPOINTS | {"bss/metering/partitions.py"}  # by the owner, in a migration
    openers = [
        f"{named(path)}:{node.lineno}"
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("transaction", "in_transaction")
        and named(path) not in allowed
        and isinstance(node.value, ast.Name | ast.Attribute)
        and ast.unparse(node.value).endswith(("connection", "tortoise", "transactions"))
    ]
    assert openers == []


def test_the_queue_library_is_named_in_the_workers_and_its_server_in_one_module_beside_them() -> None:
    importers = [
        named(path)
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] in ("arq", "redis") for name in _imported(node))
        and not named(path).startswith("workers/")
    ]
    assert {name.rpartition("/")[0] for name in importers} == {"server/memory"}


def test_who_signs_and_who_verifies_stands_in_one_place() -> None:
    importers = {
        named(path)
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] in CRYPTOGRAPHY for name in _imported(node))
    }
    assert {name.rpartition("/")[0] for name in importers} == {"server/identity"}


@pytest.mark.parametrize(
    ("package", "libraries"),
    [
        ("bss", {"strawberry", "starlette", "arq", "redis", "httpx2", "graphql"}),
        ("sync", {"strawberry", "starlette", "arq", "redis", "httpx2", "graphql"}),
        ("workers", {"strawberry", "starlette", "httpx2", "graphql"}),
        ("schema", {"arq", "redis", "httpx2", "xhtml2pdf", "reportlab"}),
    ],
)
def test_a_package_does_not_know_the_libraries_above_it(package: str, libraries: set[str]) -> None:
    found = [
        f"{named(path)}: {name}"
        for path in CODE
        if named(path).startswith(f"{package}/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _imported(node)
        if name.split(".")[0] in libraries
    ]
    assert found == []


def test_a_command_is_not_imported_by_another_package_of_bss() -> None:
    """Influence upwards travels as events, downwards as values, queries and steps."""
    commands = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in CORE
        if re.search(r"^@command\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    found = [
        f"{named(path)} imports {node.module}"
        for path in CORE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in commands
        and node.module.split(".")[1] != path.relative_to(ROOT).parts[1]
        and any(alias.name[0].islower() and alias.name not in ("token_hash", "job_of") for alias in node.names)
    ]
    assert found == []


def test_every_domain_package_has_a_readme_that_says_what_it_does_not_own() -> None:
    packages = [path.parent for path in CORE if path.name == "__init__.py" and path.parent != ROOT / "bss"]
    packages = [folder for folder in packages if folder.name not in ("migrations", "pdf")]
    packages += [ROOT / name for name in ("sync", "schema", "workers", "server")]
    for folder in packages:
        text = (folder / "README.md").read_text(encoding="utf-8")
        assert "not own" in text, folder
        assert len(text.splitlines()) <= 80, folder


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [named(path) for path in CODE if words.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_generated_pages_are_up_to_date() -> None:
    from server.reference import written

    stale = [named(path) for path, text in written() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]
