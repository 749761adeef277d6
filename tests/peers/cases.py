"""What a peer's suite said, compared with what it said when it was recorded.

A suite that runs no case passes as well as one that runs all; so the number of cases is part of what is promised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RECORDED: dict[str, int] = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    """One case of a suite."""

    name: str
    passed: bool
    reason: str = ""


def problems(ran: Mapping[str, Sequence[Case]], recorded: Mapping[str, int]) -> list[str]:
    """Everything for which the check fails."""
    found = [
        f"{suite}: {each.name}: {each.reason}" for suite, cases in ran.items() for each in cases if not each.passed
    ]
    for suite in sorted({*ran, *recorded}):
        some, expected = len(ran.get(suite, ())), recorded.get(suite)
        if expected is None:
            found.append(f"{suite}: {some} cases ran, and none are recorded")
        elif some < expected:
            found.append(f"{suite}: {some} cases ran, fewer than the {expected} that are recorded")
    return found
