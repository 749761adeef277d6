"""The process that owns both servers of one home: starts them, restarts one that died, stops them when nobody is left.

It is started by `server.embedded.lease`, which passes the lock `Home.keeper` on, and it outlives that process.
Nobody has to tell it anything: users hold `Home.users` shared, and the kernel lets go of it however they end.
Creates no database.
"""

import logging
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from server.embedded import status
from server.embedded.account import server_account
from server.embedded.binaries import runnable
from server.embedded.home import Home, make_socket_directory
from server.embedded.locks import exclusive_now
from server.embedded.postgres import Postgres
from server.embedded.status import Phase, Status
from server.embedded.valkey import Valkey

log = logging.getLogger(__name__)

Server = Postgres | Valkey

POLL_SECONDS = 0.3


def keep(home: Home) -> None:
    """Serve the users of `home` until there is none. The caller holds `Home.keeper`."""
    servers: tuple[Server, ...] = ()
    try:
        sockets = make_socket_directory(home)
        servers = _servers(home, sockets)
        for server in servers:
            server.start(partial(_announce, home, Phase.STARTING))
        _announce(home, Phase.READY, "ready", sockets)
        while not _alone(home):
            time.sleep(POLL_SECONDS)
            _revive(home, sockets, servers)
    except Exception as failure:
        _announce(home, Phase.FAILED, str(failure))
        raise
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for server in reversed(servers):
            server.stop()


def _servers(home: Home, sockets: Path) -> tuple[Server, ...]:
    binaries = runnable(home)
    return (
        Postgres(home, sockets=sockets, programs=binaries.postgres),
        Valkey(home, sockets=sockets, program=binaries.valkey),
    )


def _revive(home: Home, sockets: Path, servers: tuple[Server, ...]) -> None:
    """Start again what has ended without being asked to."""
    dead = [server for server in servers if server.exit_code() is not None]
    for server in dead:
        log.warning("%s ended with exit code %s; starting it again", type(server).__name__, server.exit_code())
        server.start(partial(_announce, home, Phase.STARTING))
    if dead:
        _announce(home, Phase.READY, "ready again", sockets)


def _announce(home: Home, phase: Phase, message: str, sockets: Path | None = None) -> None:
    where = None if sockets is None else str(sockets)
    status.publish(home.status, Status(os.getpid(), phase, message, where))


def _alone(home: Home) -> bool:
    """Whether nobody uses the servers and, from now until this process ends, nobody can begin to.

    The order is the one in which a user takes these locks. When it is true the descriptors stay open on purpose: a new
    user waits at `Home.lock` until the servers are down and we are gone, and then starts a keeper of its own.
    """
    arrivals = exclusive_now(home.lock)
    if arrivals is None:
        return False
    if exclusive_now(home.users) is not None:
        return True
    os.close(arrivals)
    return False


def main() -> None:
    """Detach from the process that started us and keep. Arguments: home, descriptor of the held keeper lock."""
    root, keeper_lock = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(keeper_lock, False)
    # The starter waits for its child; the grandchild is the keeper, so no user ever has a zombie to reap.
    if os.fork() != 0:
        os._exit(0)
    os.chdir("/")
    # Logs may quote rows.
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    keep(Home(root, server_account(root / "pgdata")))


if __name__ == "__main__":
    main()
