"""Subscriptions over a WebSocket: the protocol graphql-transport-ws.

Owns: who a connection is from, which comes with the handshake or with its first message, and what is taken from it:
subscriptions, by the rules of every other request. Does not own: the protocol itself, or what is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from bss.refusal import NotFound
from bss.signing.session import StoreAway
from schema.asking import Asking
from schema.execution import schema
from schema.live import NobodyCanSay, TooManyStreams
from server.http.following import caller_of
from server.http.recognise import ACT_AS, is_from_a_page, viewer_of
from server.http.request_parts import request_of
from server.http.stored import ONLY_STORED, WHY_ONLY_STORED, NotStored, OnlyStored, Stored
from server.live.hub import Hub
from server.live.standing import Standing

_SAID_FIRST = ("authorization", ACT_AS.lower())
"""Headers that a browser cannot send with a handshake: the first message brings them."""
_FIRST_MESSAGE = timedelta(seconds=10)
TRY_LATER = 1013
UNKNOWN = 4401
FORBIDDEN = 4403
TOO_MANY = 4429
SLOW = 1008
_NOTHING_MORE: UnsetType = UNSET


class Connection:
    """What is known of one socket; `connection_params` is what its first message brings."""

    def __init__(self, socket: WebSocket) -> None:
        self.connection_params: dict[str, Any] = {}
        self.asking: Asking | None = None
        self.is_from_a_page = True
        self.standing: Standing | None = None
        self.held = AsyncExitStack()
        self._socket = socket

    async def recognise(self) -> None:
        """See who it is from. Raises `ConnectionRejectionError` for nobody, and `StoreAway`."""
        connection = _with(self._socket, self.connection_params)
        try:
            viewer = await viewer_of(connection)
        except NotFound:
            viewer = None
        if viewer is None:
            raise ConnectionRejectionError
        self.is_from_a_page = is_from_a_page(connection.headers)
        state = self._socket.app.state
        caller = caller_of(connection, viewer)
        self.standing = await self.held.enter_async_context(caller.connected())
        self.asking = Asking(viewer, state.clock, state.allowance, caller)


def _with(socket: WebSocket, said: dict[str, Any]) -> HTTPConnection:
    """The handshake as if it had brought what its first message says."""
    given = {name.lower(): value for name, value in said.items() if isinstance(value, str) and value.isascii()}
    added = {name.encode(): given[name].encode() for name in _SAID_FIRST if name in given}
    kept = [(name, value) for name, value in socket.scope["headers"] if name not in added]
    return HTTPConnection({**socket.scope, "headers": [*kept, *added.items()]})


class _Adapter(ASGIWebSocketAdapter):
    """Messages are text; who does not take one in time is cut off."""

    async def send_json(self, message: Any) -> None:
        hub: Hub = self.ws.app.state.live
        try:
            async with asyncio.timeout(hub.pace.patience):
                await self.ws.send_text(orjson.dumps(message).decode())
        except TimeoutError as slow:
            await self.close(SLOW, "Too slow")
            raise WebSocketDisconnected from slow
        except (OSError, RuntimeError) as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Close it, as far as the other side lets itself be told."""
        with suppress(TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(1):
                await super().close(code, reason)


class _Subscriptions:
    """The schema, of which a socket gets subscriptions only: what changes something is sent where each request is."""

    async def stream(self, *args: Any, context_value: Connection, **more: Any) -> Any:
        asking = context_value.asking
        assert asking is not None  # before the first message is answered, nothing is taken
        assert context_value.standing is not None
        asking.viewer = context_value.standing.viewer
        only = {"allowed_operation_types": (OperationType.SUBSCRIPTION,)}
        return await schema.stream(*args, context_value=asking, **more, **only)


class _Handler(BaseGraphQLTransportWSHandler[Any, Any]):
    """One connection."""

    def __init__(self, *, view: Socket, context: Connection, schema: object, **more: Any) -> None:
        super().__init__(view=view, context=context, schema=_Subscriptions(), **more)  # type: ignore[arg-type]
        self._stored = view.stored
        self._pages_send_any = view.pages_send_any
        self._watching: asyncio.Task[None] | None = None

    async def handle_message(self, message: Any) -> None:
        """Refuse what is no message, at which the stock handler fails."""
        if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
            return await self.handle_invalid_message("A message is an object, and its id is text.")
        return await super().handle_message(message)  # type: ignore[arg-type]

    async def handle_connection_init(self, message: Any) -> None:
        try:
            await super().handle_connection_init(message)
        except StoreAway:
            await self.websocket.close(TRY_LATER, "Try again later")
        except TooManyStreams:
            await self.websocket.close(TOO_MANY, "Too many connections")
        if self.connection_acknowledged and self._watching is None:
            self._watching = asyncio.create_task(self._watch(self.context.standing))

    async def handle_subscribe(self, message: Any) -> None:
        """By the rules of a request over HTTP: the limits of its parts, and stored documents."""
        if not self.connection_acknowledged:
            return await self.websocket.close(UNKNOWN, "Unauthorized")
        try:
            payload = message["payload"]
            body = payload if isinstance(payload, dict) else {}
            found = request_of(body, self._stored, "http", any_text=self._any_text())
        except HTTPException as refused:
            return await self._refuse(message["id"], "BAD_REQUEST", refused.reason)
        except NotStored:
            return await self._refuse(message["id"], "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        except OnlyStored:
            return await self._refuse(message["id"], ONLY_STORED, WHY_ONLY_STORED)
        parts = {"query": found.query or "", "variables": found.variables, "operationName": found.operation_name}
        return await super().handle_subscribe({**message, "payload": parts})  # type: ignore[typeddict-item]

    def _any_text(self) -> bool:
        return self._pages_send_any or not self.context.is_from_a_page

    async def _refuse(self, operation: str, code: str, said: str) -> None:
        error: Any = {"message": said, "extensions": {"code": code}}
        await self.send_message({"id": operation, "type": "error", "payload": [error]})

    async def _watch(self, standing: Standing) -> None:
        """End the connection when what it is known by has ended; its streams say why, before."""
        await standing.over.wait()
        await asyncio.sleep(0.5)
        if isinstance(standing.why, NobodyCanSay):
            return await self.websocket.close(TRY_LATER, "Try again later")
        return await self.websocket.close(FORBIDDEN, "Forbidden")

    async def shutdown(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await super().shutdown()
        await self.context.held.aclose()


class Socket(GraphQL[Any, None]):
    """The view of WebSockets."""

    websocket_adapter_class = _Adapter
    graphql_transport_ws_handler_class = _Handler

    def __init__(self, stored: Stored, pages_send_any: bool) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=_FIRST_MESSAGE,
        )
        self.stored = stored
        self.pages_send_any = pages_send_any

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def is_websocket_origin_allowed(self, request: Any, origin: str) -> bool:
        """Where it comes from is asked of those who are known by a cookie (`server.http.cross_site`), and no other."""
        return True

    async def get_context(self, request: Any, response: Any) -> Connection:
        return Connection(request)

    async def on_ws_connect(self, context: Connection) -> UnsetType | dict[str, object] | None:
        await context.recognise()
        return _NOTHING_MORE


def socket(stored: Stored, pages_send_any: bool) -> Callable[[WebSocket], Any]:
    """The route's function."""
    view = Socket(stored, pages_send_any)

    async def graphql_socket(websocket: WebSocket) -> None:
        await view.run(websocket)

    return graphql_socket
