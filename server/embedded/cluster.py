"""Make the PostgreSQL data directory and judge whether an existing one is ours to open. Runs no server."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from server.embedded.account import hand_over
from server.embedded.binaries import postgres_major
from server.embedded.failures import EmbeddedServersFailed, IncompatibleDataDirectory, log_tail
from server.embedded.home import Home, make_secret
from server.embedded.launch import launch

SUPERUSER = "postgres"

# The builtin provider sorts and compares alike on every platform and for ever; the wheel has no ICU.
LOCALE = ("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")

# Nobody would name a backup like this: what has this name is removed.
UNFINISHED = "initdb-unfinished-"


def check_major(home: Home) -> None:
    """Raise IncompatibleDataDirectory when another major version wrote the data directory. Changes nothing."""
    try:
        found = (home.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if found != postgres_major():
        raise IncompatibleDataDirectory(home.data, found=found, installed=postgres_major())


def create(home: Home, programs: Path) -> None:
    """Make the data directory of `home` by `initdb`; a kill half-way leaves no data directory rather than half one."""
    make_secret(home)
    for abandoned in home.root.glob(f"{UNFINISHED}*"):
        if abandoned.is_dir():
            shutil.rmtree(abandoned, ignore_errors=True)
        else:
            abandoned.unlink(missing_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home.root))
    hand_over(unfinished, home.account)
    _initdb(home, programs, unfinished)
    unfinished.rename(home.data)
    # Or a power cut could take the name of the directory away after rows in it were acknowledged.
    parent = os.open(home.root, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _initdb(home: Home, programs: Path, target: Path) -> None:
    # Not the secret itself: initdb runs as the servers' account, which has no business with the caller's files.
    descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=home.root)
    password_file = Path(name)
    with os.fdopen(descriptor, "w") as file:
        file.write(make_secret(home))
    hand_over(password_file, home.account)
    options = ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password_file}", "--no-instructions", *LOCALE]
    command: list[str | Path] = [programs / "initdb", "-D", target, *options]
    try:
        initdb = launch(command, account=home.account, on_our_death=signal.SIGKILL, log=home.postgres_log)
        if initdb.wait() != 0:
            raise EmbeddedServersFailed(f"initdb failed:\n{log_tail(home.postgres_log)}")
    finally:
        password_file.unlink()
