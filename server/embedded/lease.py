"""Use the embedded servers of a home: hold them while needed, with a keeper started when there is none.

Owns the users' side of the locks. Does not start or stop a server itself: see keeper.
"""

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from server.embedded import cluster, locks, status
from server.embedded.failures import EmbeddedServersFailed, log_tail
from server.embedded.home import POSTGRES_PORT, Home, open_home
from server.embedded.servers import Servers
from server.embedded.status import Phase, Status
from server.embedded.valkey import SOCKET_NAME

log = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
KEEPERS_PER_WAIT = 3
"""A keeper may be killed while we wait for it; when this many went without a word, something is wrong with it."""


@contextmanager
def running(home: Path, say: Callable[[str], None] = log.info) -> Iterator[Servers]:
    """Both servers of `home`, ready and kept alive for the block.

    Blocks until they are ready, through a crash recovery of any length, telling `say` what it waits for; call it by a
    thread from async code. Raises IncompatibleDataDirectory or EmbeddedServersFailed.
    """
    place = open_home(home, say)
    done = threading.Event()
    with ExitStack() as held:
        with locks.exclusive(place.lock):
            held.enter_context(locks.shared(place.users))
        servers = _await_ready(place, say)
        watch = threading.Thread(target=_watch, args=(place, done), name="embedded-servers", daemon=True)
        watch.start()
        try:
            yield servers
        finally:
            done.set()
            watch.join()


def acquire(home: Path, say: Callable[[str], None] = log.info) -> Servers:
    """As `running`, but held until this process ends."""
    until_exit = ExitStack()
    servers = until_exit.enter_context(running(home, say))
    atexit.register(until_exit.close)
    return servers


def _await_ready(home: Home, say: Callable[[str], None]) -> Servers:
    started, told = 0, ""
    while True:
        with locks.exclusive(home.lock):
            vacancy = locks.exclusive_now(home.keeper)
            word = status.read(home.status)
            if vacancy is not None:
                with _closing(vacancy):
                    if started:
                        _judge(home, word, started)
                    _start_keeper(home, vacancy)
                started, word = started + 1, None
        if word is not None and word.phase is Phase.READY and word.sockets is not None:
            return _servers(home, Path(word.sockets))
        if word is not None and word.message != told:
            told = word.message
            say(told)
        time.sleep(0.02)


def _judge(home: Home, word: Status | None, started: int) -> None:
    """Raise when the keeper that we waited for is gone for a reason, or too many are."""
    if word is not None and word.phase is Phase.FAILED:
        raise EmbeddedServersFailed(word.message)
    if started >= KEEPERS_PER_WAIT:
        raise EmbeddedServersFailed(f"the keeper of {home.root} does not stay:\n{log_tail(home.keeper_log)}")


def _start_keeper(home: Home, keeper_lock: int) -> None:
    """Start a keeper that inherits the held `keeper_lock`, so that there is no moment at which it is free."""
    cluster.check_major(home)
    home.status.unlink(missing_ok=True)
    package_root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package_root, os.environ.get("PYTHONPATH"))))
    with home.keeper_log.open("ab") as output:
        started = subprocess.run(
            [sys.executable, "-m", "server.embedded.keeper", str(home.root), str(keeper_lock)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": path},
            pass_fds=(keeper_lock,),
            start_new_session=True,
            check=False,
        )
    if started.returncode != 0:
        raise EmbeddedServersFailed(f"the keeper of {home.root} does not start:\n{log_tail(home.keeper_log)}")


def _watch(home: Home, done: threading.Event) -> None:
    """Until `done`, start a new keeper whenever the present one was killed, so that a user outlives its keeper."""
    while not done.wait(WATCH_SECONDS):
        try:
            with locks.exclusive(home.lock):
                vacancy = locks.exclusive_now(home.keeper)
                if vacancy is not None:
                    with _closing(vacancy):
                        log.warning("the keeper of the embedded servers is gone; starting another")
                        _start_keeper(home, vacancy)
        except (OSError, EmbeddedServersFailed):
            log.exception("the embedded servers have no keeper; trying again")


def _servers(home: Home, sockets: Path) -> Servers:
    return Servers(
        postgres_host=str(sockets),
        postgres_port=POSTGRES_PORT,
        postgres_user=cluster.SUPERUSER,
        postgres_password=home.secret.read_text(),
        redis_socket=str(sockets / SOCKET_NAME),
    )


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)
