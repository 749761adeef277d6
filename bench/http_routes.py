"""The server of `bench.http`: the API beside the routes that it is compared with, in one process and on one loop.

Owns: the routes that are written by hand, and the schema of one object in memory. Does not own: measuring.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

import orjson
import strawberry
import uvicorn
from asyncpg import Record
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.http_data import FLAT_BY_HAND, NESTED_BY_HAND
from bss.canonical import decimal_text, instant_text
from bss.clock import SetClock
from bss.identifier import Kind, private, public
from bss.transaction.database import Addresses, Database, Role, current
from bss.viewer import Viewer
from schema.execution import schema_of
from server.http.application import application
from server.http.graphql import endpoint
from server.http.recognise import viewer_of
from server.schema_of_database import register_models
from server.settled import settle
from tests.schema.books import OPENED

ONE = "{ thing { id name code state quantity renews months startsAt endsAt version } }"
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_NOBODY = Viewer(UUID(int=1), "nobody", UUID(int=2), "a.", frozenset())


@strawberry.type
class Thing:
    id: strawberry.ID
    name: str
    code: str
    state: str
    quantity: Decimal
    renews: bool
    months: int
    starts_at: datetime
    ends_at: datetime | None
    version: int


_THING = Thing(
    id=strawberry.ID("thing_1"),
    name="Office seats",
    code="seats",
    state="ACTIVE",
    quantity=Decimal("12.5"),
    renews=True,
    months=12,
    starts_at=_AT,
    ends_at=None,
    version=3,
)


@strawberry.type
class Query:
    @strawberry.field
    def thing(self) -> Thing:
        return _THING


async def nobody(_request: Request) -> Viewer:
    return _NOBODY


async def flat(request: Request) -> Response:
    """Subscriptions below an account, as `bench.http_data.FLAT` asks for them."""
    viewer = await viewer_of(request)
    assert viewer is not None
    under = private(Kind.ACCOUNT, request.query_params["under"])
    (rows,) = await _read(viewer, under, FLAT_BY_HAND)
    found = [
        {
            "id": public(Kind.SUBSCRIPTION, row["id"]),
            "accountId": public(Kind.ACCOUNT, row["account_id"]),
            "name": row["name"],
            "state": row["state"].upper(),
            "quantity": decimal_text(row["quantity"]),
            "renewsAutomatically": row["renews_automatically"],
            "startsAt": instant_text(row["starts_at"]),
            "endsAt": None if row["ends_at"] is None else instant_text(row["ends_at"]),
            "version": row["version"],
            "createdAt": instant_text(row["created_at"]),
        }
        for row in rows
    ]
    return Response(orjson.dumps(found), media_type="application/json")


async def nested(request: Request) -> Response:
    """Accounts with their subscriptions with their usage, as `bench.http_data.NESTED` asks for them."""
    viewer = await viewer_of(request)
    assert viewer is not None
    accounts, subscriptions, totals = await _read(
        viewer, private(Kind.ACCOUNT, request.query_params["under"]), *NESTED_BY_HAND
    )
    usage: dict[UUID, list[object]] = {}
    for row in totals:
        found = {"meter": row["meter"], "quantity": decimal_text(row["quantity"])}
        usage.setdefault(row["subscription_id"], []).append(found)
    held: dict[UUID, list[object]] = {}
    for row in subscriptions:
        subscription = {
            "id": public(Kind.SUBSCRIPTION, row["id"]),
            "name": row["name"],
            "state": row["state"].upper(),
            "quantity": decimal_text(row["quantity"]),
            "usageMonthToDate": usage.get(row["id"], []),
        }
        held.setdefault(row["account_id"], []).append(subscription)
    answer = [
        {
            "id": public(Kind.ACCOUNT, row["id"]),
            "name": row["name"],
            "kind": row["kind"].upper(),
            "subscriptions": held.get(row["id"], []),
        }
        for row in accounts
    ]
    return Response(orjson.dumps(answer), media_type="application/json")


async def _read(viewer: Viewer, under: UUID, *statements: str) -> list[list[Record]]:
    """The rows of these statements, in one transaction under row-level security; each but the first is of the last's.

    A statement about a path gets that of the account, others the ids that the one before has found.
    """
    async with current().pool(Role.APP).acquire() as connection, connection.transaction(readonly=True):
        await connection.execute(
            "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true)",
            *(str(viewer.organisation_id), viewer.path),
        )
        scope = (viewer.organisation_id, viewer.path)
        found: list[list[Record]] = []
        for statement in statements:
            about: object = under if not found else [row["id"] for row in found[-1]]
            if "path >= $3" in statement:
                about = await connection.fetchval(
                    "SELECT path FROM account WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~'"
                    " AND id = $3",
                    *(*scope, under),
                )
            found.append(await connection.fetch(statement, *scope, about))
        return found


class Both:
    """The application, and below `/by-hand` a bare one."""

    def __init__(self, app: ASGIApp, by_hand: ASGIApp) -> None:
        self._app = app
        self._by_hand = by_hand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_by_hand = scope["type"] == "http" and scope["path"].startswith("/by-hand")
        await (self._by_hand if is_by_hand else self._app)(scope, receive, send)


def served_app(answer: bytes) -> ASGIApp:
    """All that is measured; `answer` are the bytes of the bare route."""
    stored = {"0" * 64: ONE}
    in_memory = schema_of(Query)
    in_memory.reads = False

    async def same_bytes(_request: Request) -> Response:
        return Response(answer, media_type="application/json")

    by_hand = Starlette(
        routes=[
            Route("/by-hand/bytes", same_bytes, methods=["GET", "POST"]),
            Route("/by-hand/flat", flat),
            Route("/by-hand/nested", nested),
        ]
    )
    app = application(SetClock(OPENED))
    pace = app.state.live.pace
    for name, recognised in (("nobody", nobody), ("somebody", viewer_of)):
        answered = endpoint(stored, pace, pages_send_any=True, api=in_memory, recognised=recognised)
        app.router.routes.insert(0, Route(f"/in-memory/{name}", answered, methods=["POST"]))
    by_hand.state = app.state
    return Both(app, by_hand)


@dataclass(frozen=True)
class Ports:
    """Where the server is, and one that answers with the same bytes without reading what is sent."""

    http: int
    floor: int


class Floor(asyncio.Protocol):
    """What a request costs the client and the loopback alone."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self.answer)


@contextmanager
def serving(addresses: Addresses, answer: bytes) -> Iterator[Ports]:
    """The server, in a process of its own, until the end of the block."""
    listening = [_listening(), _listening()]
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=_serve, args=(addresses, answer, listening))
    child.start()
    ports = Ports(*(each.getsockname()[1] for each in listening))
    for each in listening:
        each.close()
    try:
        yield ports
    finally:
        child.terminate()
        child.join(30)


def _listening() -> socket.socket:
    # The protocol is named, or the loop does not know that it is TCP, and lets every answer wait for the one before.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.bind(("127.0.0.1", 0))
    found.listen(100)
    return found


def _serve(addresses: Addresses, answer: bytes, listening: list[socket.socket]) -> None:
    async def run() -> None:
        await register_models()
        database = await Database.connect(addresses)
        database.bind()
        Floor.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
        floor = await asyncio.get_running_loop().create_server(Floor, sock=listening[1])
        configuration = uvicorn.Config(served_app(answer), log_level="warning", server_header=False)
        server = uvicorn.Server(configuration)
        settle()
        await server.serve(sockets=[listening[0]])
        floor.close()
        await database.close()

    asyncio.run(run())
