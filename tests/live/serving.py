"""A server on loopback in this process, and what its followers speak: server-sent events, graphql-transport-ws."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from schema.budget import UNBOUND, Allowance
from server.command_line.processes import server_of
from server.http.application import application
from server.http.stored import NOTHING_STORED, Stored, stored_in
from server.identity.authorisation import Authorisation
from server.identity.resume_tokens import ResumeTokens
from server.identity.sealing import Seal
from server.live.hub import Hub
from server.live.pace import MOST_STREAMS, PACE, MostStreams, Pace
from server.memory.short_lived import ShortLived
from tests.schema.books import Books
from tests.schema.test_documents import FOLDER
from tests.schema.test_http import token
from tests.signing.door import with_a_door

SEAL = Seal("a secret of at least 32 characters, for tests")
EVENTS = {"Accept": "text/event-stream"}
SECONDS = 20
Event = dict[str, Any]


@dataclass
class Shop:
    """An application with the small channel's books."""

    books: Books
    application: Starlette
    hub: Hub


@asynccontextmanager
async def opened(
    books: Books,
    allowance: Allowance = UNBOUND,
    pace: Pace = PACE,
    most: MostStreams = MOST_STREAMS,
    memory: str | None = None,
    authorisation: Authorisation | None = None,
    stored: Stored = NOTHING_STORED,
) -> AsyncIterator[Shop]:
    """An application; with a store of sessions, also a door that lets a membership in."""
    hub = Hub(ResumeTokens(SEAL), pace, most)
    entries = None if memory is None else ShortLived(memory)
    made = application(books.clock, allowance, {**stored_in(FOLDER), **stored}, entries, authorisation, live=hub)

    yield Shop(books, with_a_door(books, made), hub)
    if entries is not None:
        await entries.close()


@dataclass
class Served:
    """A shop that answers at an address."""

    shop: Shop
    port: int
    stop: asyncio.Event

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def books(self) -> Books:
        return self.shop.books

    @property
    def hub(self) -> Hub:
        return self.shop.hub

    async def token(self, account: str, role: str = "owner") -> str:
        return await token(self.books, account, role)

    @asynccontextmanager
    async def stream(self, document: str, secret: str = "", **more: Any) -> AsyncIterator[Stream]:
        """Follow by server-sent events."""
        headers = {**EVENTS, **({"Authorization": f"Bearer {secret}"} if secret else {}), **more.pop("headers", {})}
        body = {"query": document, **more}
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=SECONDS) as client,
            client.stream("POST", "/graphql", json=body, headers=headers) as response,
        ):
            yield Stream(response)

    @asynccontextmanager
    async def socket(self, secret: str | None = None, at: str = "127.0.0.1", **more: Any) -> AsyncIterator[Socket]:
        """Follow over a WebSocket; with a secret, the first message brings it."""
        address = f"ws://{at}:{self.port}/graphql"
        more["subprotocols"] = ["graphql-transport-ws"]
        async with connect(address, host="127.0.0.1", **more) as connection:
            found = Socket(connection)
            if secret is not None:
                await found.begin({"Authorization": f"Bearer {secret}"})
            yield found


@asynccontextmanager
async def serving(shop: Shop) -> AsyncIterator[Served]:
    """Serve it; the server ends as it does at SIGTERM."""
    server = server_of("127.0.0.1", 0, shop.application)
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (the server has no event for it)
        await asyncio.sleep(0.01)
    stop = asyncio.Event()

    async def stopped() -> None:
        await stop.wait()
        server.should_exit = True

    stopping = asyncio.create_task(stopped())
    yield Served(shop, server.servers[0].sockets[0].getsockname()[1], stop)
    stop.set()
    await stopping
    await asyncio.wait_for(running, SECONDS)


class Stream:
    """The events of one response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.aiter_lines()

    async def event(self) -> tuple[str, Any] | None:
        """The next event: its name and its data; None when the stream has ended without saying so."""
        name = ""
        async with asyncio.timeout(SECONDS):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif field == "event":
                    name = value
                elif line.startswith("data"):
                    return name, json.loads(value) if value else None
        return None

    async def next(self) -> Event:
        """The next answer."""
        event = await self.event()
        assert event is not None, "the stream has ended"
        assert event[0] == "next", event
        found: Event = event[1]
        return found

    async def told(self) -> Event:
        """What the next answer tells, which has no errors."""
        return the_field(await self.next())


class Socket:
    """One connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._ids = count()

    async def begin(self, said: Event | None = None) -> Event:
        await self.send({"type": "connection_init", **({} if said is None else {"payload": said})})
        return await self.message()

    async def send(self, message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def message(self) -> Event:
        async with asyncio.timeout(SECONDS):
            text = await self.connection.recv()
        assert isinstance(text, str)
        found: Event = json.loads(text)
        return found

    async def subscribe(self, document: str | None, **more: Any) -> str:
        identifier = f"operation {next(self._ids)}"
        payload = {**({} if document is None else {"query": document}), **more}
        await self.send({"id": identifier, "type": "subscribe", "payload": payload})
        return identifier

    async def told(self) -> Event:
        message = await self.message()
        assert message["type"] == "next", message
        return the_field(message["payload"])


def the_field(answer: Event) -> Event:
    """What the one field of a subscription holds."""
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    told: Event = found
    return told
