"""The check of the peers fails when it should; its packages are pinned, and from nowhere in particular."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.peers.cases import RECORDED, Case, problems

HERE = Path(__file__).parent
GOOD, BAD = Case("one", True), Case("two", False, "is wrong")


def test_a_suite_that_runs_fewer_cases_than_recorded_fails() -> None:
    assert problems({"audits": [GOOD, GOOD]}, {"audits": 2}) == []
    assert problems({"audits": [GOOD, GOOD, GOOD]}, {"audits": 2}) == []
    assert problems({"audits": [GOOD]}, {"audits": 2}) == ["audits: 1 cases ran, fewer than the 2 that are recorded"]
    assert problems({}, {"audits": 2}) == ["audits: 0 cases ran, fewer than the 2 that are recorded"]
    assert problems({"audits": [GOOD, BAD]}, {"audits": 2}) == ["audits: two: is wrong"]
    assert problems({"new": [GOOD]}, {}) == ["new: 1 cases ran, and none are recorded"]


def test_every_suite_has_cases() -> None:
    assert all(count > 0 for count in RECORDED.values())


def test_the_packages_are_pinned_and_name_no_registry() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert all(f"node_modules/{name}" in json.loads(lock)["packages"] for name in wanted)
