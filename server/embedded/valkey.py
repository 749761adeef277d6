"""One Valkey server as a child of the keeper: start, notice its death, stop.

What it holds may be lost (up to a second of writes at a power cut); every job must be derivable from PostgreSQL.
"""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from server.embedded import leftovers
from server.embedded.failures import EmbeddedServersFailed, log_tail
from server.embedded.home import Home, make_private, marker
from server.embedded.launch import launch

PROGRAM = "valkey-server"
SOCKET_NAME = "valkey.sock"

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
}

STOP_SECONDS = 30


class Valkey:
    """The server of `home`; its socket lies in `sockets`."""

    def __init__(self, home: Home, *, sockets: Path, program: Path) -> None:
        self._home = home
        self._socket = sockets / SOCKET_NAME
        self._program = program
        self._marker = marker(home)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, say: Callable[[str], None]) -> None:
        """Start and wait until it answers. Raises EmbeddedServersFailed, with the end of its log, when it exits."""
        # Two servers must never write one append-only file.
        leftovers.end(PROGRAM, self._marker, ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)))
        say("starting Valkey")
        make_private(self._home.valkey_data, self._home.account)
        self._process = launch(
            [self._program, *self._options()],
            account=self._home.account,
            on_our_death=signal.SIGTERM,
            log=self._home.valkey_log,
        )
        while not self._answers():
            if self._process.poll() is not None:
                raise EmbeddedServersFailed(f"Valkey does not start:\n{log_tail(self._home.valkey_log)}")
            time.sleep(0.01)

    def exit_code(self) -> int | None:
        """None while the server runs or was never started; after its end, as subprocess has it (-9: SIGKILL)."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop it, with everything written to its append-only file."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _options(self) -> list[str]:
        places = {
            "unixsocket": str(self._socket),
            "dir": str(self._home.valkey_data),
            "proc-title-template": f"{{title}} {self._marker}",
        }
        return [word for name, value in {**SETTINGS, **places}.items() for word in (f"--{name}", value)]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.settimeout(1)
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                # While it loads its file it answers -LOADING.
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
