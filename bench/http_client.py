"""A client that costs little: keep-alive connections that send prepared bytes and find the end of an answer.

Owns: how long requests take, one after the other or several at once. Does not own: what is asked (`bench.http`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

_END, _LENGTH = b"\r\n\r\n", b"content-length:"


def prepared(path: str, body: bytes = b"", token: str = "") -> bytes:
    """The bytes of a request; a body makes it a POST of JSON."""
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._found = bytearray()
        self._end = 0
        self._start = 0
        self._waiting: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._found += data
        if not self._end:
            head = self._found.find(_END)
            if head < 0:
                return
            lower = bytes(self._found[:head]).lower()
            self._start = head + len(_END)
            self._end = self._start + int(lower.partition(_LENGTH)[2].partition(b"\r")[0])
        if len(self._found) >= self._end and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.set_result(bytes(self._found))

    async def answer(self, request: bytes) -> bytes:
        """The body of the answer. Raises `AssertionError` when its status is not 200."""
        self._found.clear()
        self._end = 0
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        found = await waiting
        assert found.startswith(b"HTTP/1.1 200"), found[:500]
        return found[self._start : self._end]

    def close(self) -> None:
        self._transport.close()


async def connected(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


async def seconds_each(connections: Sequence[Connection], request: bytes, count: int) -> float:
    """The seconds of one request, of so many that are sent by these connections side by side."""

    async def some(connection: Connection) -> None:
        for _ in range(count // len(connections)):
            await connection.answer(request)

    started = perf_counter()
    await asyncio.gather(*map(some, connections))
    return (perf_counter() - started) / (count // len(connections) * len(connections))
