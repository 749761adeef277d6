"""One PostgreSQL server as a child of the keeper: start, notice its death, stop. Makes no database and no role."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from server.embedded import cluster, leftovers
from server.embedded.failures import EmbeddedServersFailed, log_tail
from server.embedded.home import POSTGRES_PORT, Home, marker
from server.embedded.launch import launch

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "password_encryption": "scram-sha-256",
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
}

PROGRAM = "postgres"
READY_LINE = 7
"""Index of the line of postmaster.pid that says "ready" (LOCK_FILE_LINE_PM_STATUS, counted from 0)."""

FAST_STOP_SECONDS = 120
"""A fast stop writes a checkpoint; after this long we prefer an immediate one, which costs a recovery."""


class Postgres:
    """The server of `home`; its socket lies in `sockets`, its programs in `programs`."""

    def __init__(self, home: Home, *, sockets: Path, programs: Path) -> None:
        self._home = home
        self._sockets = sockets
        self._programs = programs
        self._marker = marker(home)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, say: Callable[[str], None]) -> None:
        """Start and wait until connections are accepted, however long recovery takes.

        Raises EmbeddedServersFailed, with the end of its log, when the server exits instead.
        """
        if not self._home.data.exists():
            say("creating the PostgreSQL data directory")
            cluster.create(self._home, self._programs)
        self._end_leftovers(say)
        say("starting PostgreSQL")
        self._process = launch(
            [self._programs / PROGRAM, "-D", self._home.data, *self._options()],
            account=self._home.account,
            on_our_death=signal.SIGINT,
            log=self._home.postgres_log,
            environment=self._stale_lock(),
        )
        self._await_ready(self._process, say)

    def exit_code(self) -> int | None:
        """None while the server runs or was never started; after its end, as subprocess has it (-9: SIGKILL)."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop it: open transactions are rolled back, and the next start needs no recovery."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(FAST_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def _options(self) -> list[str]:
        places = {"unix_socket_directories": str(self._sockets), "cluster_name": self._marker}
        return [word for name, value in {**SETTINGS, **places}.items() for word in ("-c", f"{name}={value}")]

    def _end_leftovers(self, say: Callable[[str], None]) -> None:
        """End a server that outlived its keeper, and backends that outlived their server.

        Such a backend may still be executing a statement on the data, so it goes before anything else starts.
        """
        if not (alive := leftovers.living(PROGRAM, self._marker)):
            return
        say("waiting for the previous PostgreSQL to stop")
        if (postmaster := self._locked_by()) in alive and postmaster is not None:
            leftovers.send(postmaster, signal.SIGINT)
            if leftovers.gone_within(PROGRAM, self._marker, FAST_STOP_SECONDS):
                return
        leftovers.end(PROGRAM, self._marker, ((signal.SIGQUIT, 5), (signal.SIGKILL, 30)))

    def _stale_lock(self) -> dict[str, str]:
        """Tell the server that the process named in postmaster.pid is not another server of these data.

        By now none of ours is alive; but a zombie (PID 1 of a container often does not reap) or a stranger with
        the same number would make the server refuse to start. We never unlink the file: with it, PostgreSQL
        still refuses while any process is attached to the shared memory that the file names.
        """
        for socket_file in self._sockets.glob(f".s.PGSQL.{POSTGRES_PORT}*"):
            socket_file.unlink()
        stale = self._locked_by()
        return {} if stale is None else {"PG_GRANDPARENT_PID": str(stale)}

    def _locked_by(self) -> int | None:
        lines = self._lock_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _lock_lines(self) -> list[str]:
        try:
            return (self._home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _await_ready(self, process: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
        patient_until = time.monotonic() + 2
        while not self._accepts_connections(process.pid):
            if process.poll() is not None:
                raise EmbeddedServersFailed(f"PostgreSQL does not start:\n{log_tail(self._home.postgres_log)}")
            if time.monotonic() > patient_until:
                say(f"PostgreSQL is recovering: {log_tail(self._home.postgres_log, lines=1)}")
                patient_until = time.monotonic() + 1
            time.sleep(0.01)

    def _accepts_connections(self, pid: int) -> bool:
        lines = self._lock_lines()
        return len(lines) > READY_LINE and lines[0] == str(pid) and lines[READY_LINE].strip() == "ready"
