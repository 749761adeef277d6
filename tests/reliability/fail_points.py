"""Which fail points the code names, and which of them a worker does not pass because the API and the imports do."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bss", "sync", "workers")
_CALL = re.compile(r'\bfp\("([a-z_.]+)"\)')

OF_THE_API = ("command.before_commit", "command.after_commit", "usage.after_stage")
"""Passed by a mutation."""
OF_THE_IMPORT = ("usage.before_commit", "usage.after_commit")
"""Passed by `bss usage import`."""


def named_in_the_code() -> frozenset[str]:
    """Every `fp("…")` in the code, wherever it stands."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return frozenset(name for path in files for name in _CALL.findall(path.read_text(encoding="utf-8")))


def of_the_worker() -> tuple[str, ...]:
    """The points at which a worker can be killed."""
    return tuple(sorted(named_in_the_code() - {*OF_THE_API, *OF_THE_IMPORT}))
