"""kill -9 of everything that can be killed: no acknowledged row is lost, and the servers come back by themselves."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from server.embedded import Servers, running
from tests.embedded.engines import (
    answers,
    keeper_pid,
    postmaster_pid,
    query,
    valkey,
    valkey_answers,
    valkey_pid,
)
from tests.embedded.processes import User, adopting_orphans, ended, exit_code, state, until, user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="exit codes of orphans are seen on Linux only")

ACKNOWLEDGED_BEFORE_THE_KILL = 200


def acknowledged(writer: User) -> int:
    """Read on to the end of the writer, and say which number it was told last to be safe."""
    last = ACKNOWLEDGED_BEFORE_THE_KILL
    while (number := writer.heard()) is not None:
        last = number
    return last


def written(servers: Servers) -> tuple[int, int]:
    """How many rows there are, and the highest: equal when there is no hole."""
    row = query(servers, "SELECT count(*), max(number) FROM written")[0]
    return row[0], row[1]


def assert_nothing_acknowledged_is_lost(servers: Servers, last: int) -> None:
    rows, highest = written(servers)
    assert rows == highest, "the numbers from 1 on, without a hole"
    # The statement that was under way when the server died may have been committed without an answer.
    assert last <= rows <= last + 1


def writing(writer: User) -> None:
    for number in range(1, ACKNOWLEDGED_BEFORE_THE_KILL + 1):
        assert writer.heard() == number


def computes(servers: Servers, backend: int) -> bool:
    found = query(servers, f"SELECT query FROM pg_stat_activity WHERE pid = {backend} AND state = 'active'")
    return bool(found) and "endless" in found[0][0]


def hold_still(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    until(lambda: state(pid) == "T", "the process to be stopped")


def kill_both(keeper: int, postmaster: int) -> None:
    """Kill both, so that neither reacts to the other's death. Once the keeper is gone, the postmaster is our child."""
    hold_still(keeper)
    for pid in (postmaster, keeper):
        os.kill(pid, signal.SIGKILL)


def test_a_killed_keeper_loses_no_acknowledged_row_and_its_user_gets_another(home: Path) -> None:
    with adopting_orphans(), running(home) as servers, user(home, "write", "writer") as writer:
        writing(writer)
        keeper = keeper_pid(home)
        os.kill(keeper, signal.SIGKILL)
        last = acknowledged(writer)
        assert exit_code(keeper) == -signal.SIGKILL
        until(lambda: answers(servers), "the servers to come back to a process that uses them")
        assert keeper_pid(home) != keeper
        assert_nothing_acknowledged_is_lost(servers, last)


def test_when_the_keeper_and_its_last_user_are_killed_together_no_server_is_left(home: Path) -> None:
    with adopting_orphans():
        with user(home, "note", "last") as last:
            assert last.heard()
            keeper, postmaster = keeper_pid(home), postmaster_pid(home)
            # So that it cannot notice by itself that it is alone.
            hold_still(keeper)
            last.kill()
        os.kill(keeper, signal.SIGKILL)
        assert exit_code(keeper) == -signal.SIGKILL
        until(lambda: ended(postmaster), "PostgreSQL to stop because its parent died")
        assert exit_code(postmaster) == 0


def test_a_killed_postmaster_loses_no_acknowledged_row_and_is_started_again(home: Path) -> None:
    with running(home) as servers, user(home, "write", "writer") as writer:
        writing(writer)
        keeper, postmaster = keeper_pid(home), postmaster_pid(home)
        os.kill(postmaster, signal.SIGKILL)
        last = acknowledged(writer)
        until(lambda: answers(servers), "PostgreSQL to be started again")
        assert keeper_pid(home) == keeper
        assert postmaster_pid(home) != postmaster
        assert "Postgres ended with exit code -9" in (home / "keeper.log").read_text()
        assert_nothing_acknowledged_is_lost(servers, last)


def test_killed_keeper_and_postmaster_lose_no_acknowledged_row_though_the_zombie_stays(home: Path) -> None:
    with adopting_orphans():
        with user(home, "write", "writer") as writer:
            writing(writer)
            keeper, postmaster = keeper_pid(home), postmaster_pid(home)
            kill_both(keeper, postmaster)
            last = acknowledged(writer)
        until(lambda: state(postmaster) == "Z", "the killed postmaster to become our zombie")
        with running(home) as servers:
            assert state(postmaster) == "Z"
            assert_nothing_acknowledged_is_lost(servers, last)
        assert (exit_code(keeper), exit_code(postmaster)) == (-signal.SIGKILL, -signal.SIGKILL)


def test_a_backend_that_outlived_both_is_ended_before_the_data_are_opened_again(home: Path) -> None:
    with adopting_orphans(), running(home) as servers, user(home, "compute", "busy") as busy:
        backend = busy.heard()
        until(lambda: computes(servers, backend), "the backend to be busy")
        keeper, postmaster = keeper_pid(home), postmaster_pid(home)
        kill_both(keeper, postmaster)
        assert (exit_code(keeper), exit_code(postmaster)) == (-signal.SIGKILL, -signal.SIGKILL)
        assert not ended(backend), "it computes on, and does not notice that its server is gone"
        until(lambda: answers(servers), "the servers to come back")
        assert ended(backend)


def test_a_killed_valkey_comes_back_with_its_keys_and_flushall_empties_it(home: Path) -> None:
    with running(home) as servers:
        assert valkey(servers).ping()
        valkey(servers).mset({f"key {number}": number for number in range(100)})
        killed = valkey_pid(servers)
        os.kill(killed, signal.SIGKILL)
        until(lambda: ended(killed), "valkey to die")
        until(lambda: valkey_answers(servers), "valkey to be started again")
        assert "Valkey ended with exit code -9" in (home / "keeper.log").read_text()
        assert valkey(servers).dbsize() == 100
        assert valkey(servers).get("key 99") == b"99"
        assert valkey(servers).flushall()
        assert valkey(servers).dbsize() == 0
