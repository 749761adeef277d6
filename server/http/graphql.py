"""`POST /graphql`: bearer token → viewer → the schema.

Owns: the HTTP home of the API. Does not own: what a token may do (`bss.access`) or the schema (`schema`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from bss.access.authenticate import viewer_of_token
from bss.clock import Clock
from bss.viewer import Viewer
from schema.asking import Asking
from schema.execution import schema

LARGEST_BODY = 2_000_000
_LONGEST_DOCUMENT = 20_000  # documents are kept in the parser's cache


class Endpoint(GraphQL[Asking, None]):
    """The GraphQL view; the request's viewer was found before it is called."""

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def parse_json(self, data: str | bytes) -> Any:
        """Refuse `5`, `[1]` or `null`, at which the stock view fails."""
        body = super().parse_json(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "The request must be a JSON object.")
        if len(str(body.get("query") or "")) > _LONGEST_DOCUMENT:
            raise HTTPException(400, "A document has at most 20,000 characters; put input into variables.")
        return body

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Asking:
        return Asking(request.state.viewer, request.app.state.clock)


def endpoint() -> Callable[[Request], Awaitable[Response]]:
    """The route's function: POST only, a bearer token, at most two megabytes."""
    view = Endpoint(schema, allow_queries_via_get=False, graphql_ide=None, subscription_protocols=())

    async def graphql(request: Request) -> Response:
        viewer = await viewer_of(request)
        if viewer is None:
            return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
        if await body_within(request, LARGEST_BODY) is None:
            return refusal(413, "TOO_LARGE", "A request has at most two megabytes.")
        request.state.viewer = viewer
        try:
            return await view.run(request)
        except HTTPException as unreadable:
            return refusal(unreadable.status_code, "BAD_REQUEST", unreadable.reason)

    return graphql


async def body_within(request: Request, most: int) -> bytes | None:
    """The body, read no further than its limit, or None beyond it; a view finds it where the request keeps it."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    body = request._body = b"".join(chunks)
    return body


async def viewer_of(request: Request) -> Viewer | None:
    """The viewer behind the request's bearer token, if there is one."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    clock: Clock = request.app.state.clock
    return await viewer_of_token(secret.strip(), now=clock.now())


def refusal(status: int, code: str, message: str) -> Response:
    """An error body in GraphQL's shape, for answers that come before any document is read."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(
        {"errors": [{"message": message, "extensions": {"code": code}}]}, status_code=status, headers=headers
    )
