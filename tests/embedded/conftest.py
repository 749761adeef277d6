"""A home of its own for every test that starts servers."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.embedded import leftovers, postgres, valkey
from server.embedded.home import Home, marker
from server.embedded.locks import exclusive_now
from tests.embedded.processes import until

PROGRAMS = (postgres.PROGRAM, valkey.PROGRAM)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home, not there yet, that every account can reach (pytest's own directories are for one account only)."""
    place = Path(tempfile.mkdtemp(prefix="bss-home-"))
    place.chmod(0o755)
    yield place / "home"
    until(lambda: no_keeper(place / "home"), "the servers of this test to stop")
    left = end_leftovers(Home(place / "home", account=None))
    shutil.rmtree(place)
    assert not left, "every test leaves no server behind, whatever it killed"


def no_keeper(home: Path) -> bool:
    if not home.exists():
        return True
    vacancy = exclusive_now(home / "keeper")
    if vacancy is None:
        return False
    os.close(vacancy)
    return True


def end_leftovers(home: Home) -> list[str]:
    """Give the servers of `home` time to end, kill those that do not, and name them."""
    if not home.secret.exists():
        return []
    left = [program for program in PROGRAMS if not leftovers.gone_within(program, marker(home), 20)]
    for program in left:
        leftovers.end(program, marker(home), ((signal.SIGKILL, 20),))
    return left
