"""When the servers cannot run: a sentence that says why and what to do, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.embedded import EmbeddedServersFailed, IncompatibleDataDirectory, running
from tests.embedded.engines import all_ended, all_pids
from tests.embedded.processes import until


def test_data_of_another_major_version_are_refused_with_advice_and_left_untouched(home: Path) -> None:
    data = home / "pgdata"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    (data / "row").write_bytes(b"precious")
    before = {path.name: (path.read_bytes(), path.stat()) for path in data.iterdir()}

    with pytest.raises(IncompatibleDataDirectory) as refused, running(home):
        pass

    assert (refused.value.found, refused.value.installed) == ("16", "18")
    assert str(refused.value) == (
        f"{data} was written by PostgreSQL 16 and the installed binaries are PostgreSQL 18: dump it with pg_dumpall "
        "of version 16, move the directory away, and restore the dump with version 18."
    )
    after = {path.name: (path.read_bytes(), path.stat()) for path in data.iterdir()}
    assert {name: (text, stat.st_mtime_ns, stat.st_uid) for name, (text, stat) in after.items()} == {
        name: (text, stat.st_mtime_ns, stat.st_uid) for name, (text, stat) in before.items()
    }


def test_a_server_that_cannot_start_shows_the_end_of_its_log_and_starts_once_repaired(home: Path) -> None:
    with running(home) as servers:
        pids = all_pids(home, servers)
    until(lambda: all_ended(pids), "the servers to stop")
    settings = home / "pgdata" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(f"{good}\nno_such_setting = 1\n")

    with pytest.raises(EmbeddedServersFailed, match="no_such_setting"), running(home):
        pass

    settings.write_text(good)
    with running(home):
        pass


def test_data_without_their_password_are_refused(home: Path) -> None:
    with running(home) as servers:
        pids = all_pids(home, servers)
    until(lambda: all_ended(pids), "the servers to stop")
    secret = home / "secret"
    kept = secret.read_text()
    secret.unlink()

    with pytest.raises(EmbeddedServersFailed, match=r"secret is gone"), running(home):
        pass

    secret.write_text(kept)
    with running(home):
        pass
