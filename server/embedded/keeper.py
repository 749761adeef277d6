"""The process that owns both servers of one home: starts them, restarts one that died, stops them when nobody is left.

It is started by `server.embedded.lease`, which passes the lock `Home.keeper` on, and it outlives that process.
Nobody has to tell it anything: users hold `Home.users` shared, and the kernel lets go of it however they end.
Creates no database.
"""

import os
import signal
import sys
import time
from pathlib import Path

from server.embedded import status
from server.embedded.account import server_account
from server.embedded.binaries import runnable
from server.embedded.home import Home, make_socket_directory
from server.embedded.locks import exclusive_now
from server.embedded.postgres import Postgres
from server.embedded.status import Phase, Status
from server.embedded.valkey import Valkey

POLL_SECONDS = 0.3


def keep(home: Home) -> None:
    """Serve the users of `home` until there is none. The caller holds `Home.keeper`."""
    servers: tuple[Postgres | Valkey, ...] = ()
    sockets = Path()

    def announce(phase: Phase, message: str) -> None:
        status.publish(home.status, Status(os.getpid(), phase, message, str(sockets)))

    def say(message: str) -> None:
        announce(Phase.STARTING, message)

    try:
        sockets = make_socket_directory(home)
        binaries = runnable(home)
        servers = (
            Postgres(home, sockets=sockets, programs=binaries.postgres),
            Valkey(home, sockets=sockets, program=binaries.valkey),
        )
        for server in servers:
            server.start(say)
        announce(Phase.READY, "ready")
        while not _alone(home):
            time.sleep(POLL_SECONDS)
            if dead := [server for server in servers if server.has_died()]:
                for server in dead:
                    server.start(say)
                announce(Phase.READY, "ready again after a crash")
    except Exception as failure:
        announce(Phase.FAILED, str(failure))
        raise
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for server in reversed(servers):
            server.stop()


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
    keep(Home(root, server_account(root / "pgdata")))


if __name__ == "__main__":
    main()
