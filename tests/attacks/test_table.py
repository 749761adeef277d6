"""The table of attacks names tests that there are, at least one for each risk, and every one of this folder."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE, MISSING = (HERE / "README.md").read_text(encoding="utf-8").split("## Missing")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {each.name for each in functions if each.name.startswith("test_")}


def test_every_test_of_the_table_exists() -> None:
    named = NAMED.findall(TABLE)
    assert len(named) > 80
    assert [f"{path}::{name}" for path, name in named if name not in named_in(ROOT / path)] == []
    assert TABLE.count("::") == len(named), "a name that cannot be read"


def test_every_risk_is_attacked() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| API")]
    assert {re.match(r"\| (API\d+)", row)[1] for row in rows} == {f"API{number}" for number in range(1, 11)}  # type: ignore[index]
    assert [row for row in rows if not NAMED.search(row)] == []
    assert all(re.match(r"\| API\d+ \| .+ \| .+ \|$", row) for row in MISSING.splitlines() if row.startswith("| API"))


def test_every_attack_of_this_folder_stands_in_the_table() -> None:
    own = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in HERE.glob("test_*.py")
        if path != Path(__file__)
        for name in named_in(path)
    }
    assert own - set(NAMED.findall(TABLE)) == set()
