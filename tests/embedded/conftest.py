"""A home of its own for every test that starts servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.embedded.locks import exclusive_now
from tests.embedded.processes import until


@pytest.fixture
def home() -> Iterator[Path]:
    """A home, not there yet, that every account can reach (pytest's own directories are for one account only)."""
    place = Path(tempfile.mkdtemp(prefix="bss-home-"))
    place.chmod(0o755)
    yield place / "home"
    until(lambda: no_keeper(place / "home"), "the servers of this test to stop")
    shutil.rmtree(place)


def no_keeper(home: Path) -> bool:
    if not home.exists():
        return True
    vacancy = exclusive_now(home / "keeper")
    if vacancy is None:
        return False
    os.close(vacancy)
    return True
