"""The check of the peers fails when it should; its packages are pinned, and from nowhere in particular."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.peers.cases import RECORDED, Case, problems
from tests.peers.suites import SUITES, ran, told
from tests.peers.workplace import ROOT, laid_out

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
    assert set(RECORDED) == set(SUITES)
    assert all(count > 0 for count in RECORDED.values())


def test_a_program_that_breaks_off_has_failed_whatever_it_told_before(tmp_path: Path) -> None:
    program = "print('starting'); print('{\"name\": \"one\", \"passed\": true}'); raise SystemExit('lost')"
    first, last = told([sys.executable, "-c", program], tmp_path)
    assert first == GOOD
    assert (last.passed, last.reason) == (False, "lost\n")
    assert ran("two", [sys.executable, "-c", "raise SystemExit('is wrong')"], tmp_path).reason == "is wrong\n"


def test_a_workplace_has_what_the_programs_read(tmp_path: Path) -> None:
    place = laid_out(tmp_path / "peers")
    assert place.schema.read_text(encoding="utf-8") == (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
    assert len(list((place.folder / "documents").glob("*.graphql"))) == 6
    assert not list(place.folder.rglob("test_*"))


def test_the_packages_are_pinned_and_name_no_registry() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert all(f"node_modules/{name}" in json.loads(lock)["packages"] for name in wanted)
    lines = (HERE / "python" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in lines)
    assert any(line.startswith("ariadne-codegen==") for line in lines)
