"""Who starts the servers, who shares them, and when they stop."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import asyncpg

from server.embedded import running
from server.embedded.keeper import POLL_SECONDS
from tests.embedded.engines import all_ended, all_pids, answers, keeper_is_leaving, query, valkey
from tests.embedded.processes import until, user


def test_a_warm_start_finds_what_a_cold_start_wrote(home: Path) -> None:
    said: list[str] = []
    with running(home, said.append) as servers:
        query(servers, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1), (2), (3)")
        valkey(servers).set("kept", 7)
        first = all_pids(home, servers)
    until(lambda: all_ended(first), "the servers to stop after their only user")

    with running(home, said.append) as servers:
        assert query(servers, "SELECT sum(n) FROM kept")[0][0] == 6
        assert valkey(servers).get("kept") == b"7"
        assert not set(all_pids(home, servers)) & set(first)
    assert said.count("creating the PostgreSQL data directory") == 1


def test_the_database_is_durable_utc_and_sorts_by_code_point(home: Path) -> None:
    with running(home) as servers:
        settings = {
            name: query(servers, f"SHOW {name}")[0][0]
            for name in ("server_version_num", "fsync", "synchronous_commit", "timezone", "listen_addresses")
        }
        assert settings.pop("server_version_num").startswith("18")
        assert settings == {"fsync": "on", "synchronous_commit": "on", "timezone": "UTC", "listen_addresses": ""}
        rows = query(servers, "SELECT w FROM (VALUES ('b'), ('A'), ('a'), ('B'), ('É')) t (w) ORDER BY w")
        assert [row["w"] for row in rows] == ["A", "B", "a", "b", "É"]
        configured = valkey(servers).config_get("*")
        wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "port": "0"}
        assert {name: configured[name] for name in wanted} == wanted


def test_two_processes_that_start_at_once_share_one_server(home: Path) -> None:
    with user(home, "note", "Arctura") as one, user(home, "note", "Boreal") as other:
        assert one.heard() == other.heard(), "both saw one server, started once"
        assert one.names() == other.names() == ["Arctura", "Boreal"]


def test_the_servers_outlive_the_killed_process_that_started_them(home: Path) -> None:
    with user(home, "note", "first") as first:
        started = first.heard()
        with user(home, "note", "second") as second:
            assert second.heard() == started
            first.kill()
            # Five polls of the keeper: were it going to leave, it would.
            deadline = time.monotonic() + 5 * POLL_SECONDS
            while time.monotonic() < deadline:
                assert second.names() == ["first", "second"]
            with running(home) as servers:
                pids = all_pids(home, servers)
                assert str(query(servers, "SELECT pg_postmaster_start_time()")[0][0]) == started
            second.kill()
    until(lambda: all_ended(pids), "the servers to stop after their last user was killed")


def test_who_arrives_while_the_servers_are_stopping_waits_and_gets_new_ones(home: Path) -> None:
    for _ in range(3):
        with running(home) as servers:
            assert answers(servers)
            leaving = all_pids(home, servers)
        until(lambda: keeper_is_leaving(home), "the keeper to find itself alone")
        with running(home) as servers:
            assert answers(servers)
            assert all_ended(leaving)


def test_nested_use_in_one_process_ends_with_the_outermost(home: Path) -> None:
    with running(home) as outer:
        pids = all_pids(home, outer)
        with running(home) as inner:
            assert inner == outer
        time.sleep(3 * POLL_SECONDS)
        assert all_pids(home, outer) == pids
        assert answers(outer)


def test_the_password_is_not_shown_and_is_required(home: Path) -> None:
    with running(home) as servers:
        assert servers.postgres_password not in repr(servers)
        assert (home / "secret").stat().st_mode & 0o777 == 0o600
        query(servers, "CREATE ROLE reader LOGIN PASSWORD 'p@ss/w:rd?'")
        assert query_as(servers.dsn("postgres", "reader", "p@ss/w:rd?")) == "reader"
        assert query_as(servers.dsn("postgres", "reader", "wrong")) == "refused"


def query_as(dsn: str) -> str:
    async def who() -> str:
        try:
            connection = await asyncpg.connect(dsn)
        except asyncpg.InvalidPasswordError:
            return "refused"
        name: str = await connection.fetchval("SELECT current_user")
        await connection.close()
        return name

    return asyncio.run(who())
