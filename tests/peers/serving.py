"""A real server for the peers: `bss serve` on loopback, on embedded servers of its own, with the small channel's books.

Owns: its process and its folder. Does not own: what the peers ask it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx

from bss.brands.add_host import AddHost, add_host
from bss.identifier import Kind, private
from bss.transaction.database import Database
from server.embedded import Servers, running
from server.installation import embedded_addresses, prepare_embedded
from server.schema_of_database import register_models
from tests.schema.books import OPENED, open_books
from tests.schema.test_http import token

HOST = "shop.localhost"
ROOT = Path(__file__).parents[2]
_COMMAND = [sys.executable, "-c", "from server.command_line import main; main()", "serve"]


@dataclass(frozen=True)
class Served:
    """Where the API is, and a token that may do everything."""

    url: str
    token: str


@contextmanager
def served() -> Iterator[Served]:
    """Start the server on a fresh home; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bss-peers-"))
    folder.chmod(0o755)
    try:
        with running(folder / "home") as servers:
            secret = asyncio.run(_prepared(servers))
            port = free_port()
            process = subprocess.Popen([*_COMMAND, "--port", str(port)], cwd=ROOT, env=_environment(folder / "home"))
            try:
                _answering(f"http://127.0.0.1:{port}", process)
                yield Served(f"http://127.0.0.1:{port}/graphql", secret)
            finally:
                process.terminate()
                process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _prepared(servers: Servers) -> str:
    """The small channel's books, and the secret of a token to them."""
    await prepare_embedded(servers, "bss")
    await register_models()
    database = await Database.connect(embedded_addresses(servers, "bss"), most=2)
    try:
        with database.bound():
            books = await open_books()
            await add_host(books.staff, AddHost(private(Kind.ACCOUNT, books.root), HOST), now=OPENED)
            return await token(books, "root", "owner")
    finally:
        await database.close()


def _environment(home: Path) -> dict[str, str]:
    """The caller's, without settings that would name other servers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BSS_", "DATABASE_", "REDIS_"))}
    return {**kept, "BSS_HOME": str(home), "BSS_EGRESS_ALLOW": "127.0.0.0/8", "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answering(url: str, process: subprocess.Popen[bytes]) -> None:
    with httpx.Client() as client:
        while process.poll() is None:
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                sleep(0.05)
    raise SystemExit("The server ended before it answered.")
