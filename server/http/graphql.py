"""`POST /graphql`, and `GET` for queries and streams: who asks → viewer → the schema.

Owns: the HTTP home of the API. Does not own: what a token may do (`bss.access`) or the schema (`schema`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from cross_web import HTTPException
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from strawberry.types import ExecutionResult

from bss.viewer import Viewer
from schema.asking import Asking
from schema.execution import NoOperation, NotAllowed, Schema, schema
from server.http.event_stream import EventStream
from server.http.negotiation import EVENTS, JSON, negotiated, retry_after, status_of, was_not_executed
from server.http.recognise import is_from_a_page, viewer_of
from server.http.request_parts import parts_of, request_of
from server.http.stored import ONLY_STORED, WHY_ONLY_STORED, NotStored, OnlyStored, Stored
from server.http.streams import Streams
from server.live.pace import Pace

LARGEST_BODY = 2_000_000
_ALLOWED = {
    # It may be repeated by anybody on the way, so that it reads only.
    "GET": frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION}),
    "POST": frozenset(OperationType),
}

Recogniser = Callable[[Request], Awaitable[Viewer | None]]


def endpoint(
    stored: Stored,
    pace: Pace,
    pages_send_any: bool = False,
    api: Schema = schema,
    recognised: Recogniser = viewer_of,
) -> Callable[[Request], Awaitable[Response]]:
    """The route's function: a bearer token, at most two megabytes, an answer in the media type that is asked for."""
    return _View(stored, pages_send_any, api, recognised, Streams(api, stored, pace, pages_send_any)).response


@dataclass(frozen=True)
class _View:
    stored: Stored
    pages_send_any: bool
    api: Schema
    recognised: Recogniser
    streams: Streams

    async def response(self, request: Request) -> Response:
        media_type = negotiated(request.headers.get("accept", ""))
        try:
            response = await self._answered(request, media_type)
        except HTTPException as unreadable:
            response = refusal(unreadable.status_code, "BAD_REQUEST", unreadable.reason)
        except NotStored:
            status = 200 if media_type == JSON else 400
            # In the words that client libraries know.
            response = refusal(status, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        except OnlyStored:
            response = refusal(403, ONLY_STORED, WHY_ONLY_STORED)
        if not isinstance(response, EventStream):
            shown = JSON if media_type == EVENTS else media_type  # a stream that there is not is told of in one piece
            response.headers["Content-Type"] = f"{shown}; charset=utf-8"
        response.headers["Vary"] = "Accept"
        if response.status_code == 405:
            response.headers["Allow"] = "POST" if request.method == "GET" else "GET, POST"
        return response

    async def _answered(self, request: Request, media_type: str) -> Response:
        viewer = await self.recognised(request)
        if viewer is None:
            return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
        body = await body_within(request, LARGEST_BODY)
        if body is None:
            return refusal(413, "TOO_LARGE", "A request has at most two megabytes.")
        if request.method not in _ALLOWED:
            raise HTTPException(405, "GraphQL is asked for by GET or by POST.")
        if media_type == EVENTS:
            return await self.streams.answered(request, viewer)
        return _response(await self._executed(request, viewer, body), media_type)

    async def _executed(self, request: Request, viewer: Viewer, body: bytes) -> ExecutionResult:
        any_text = self.pages_send_any or not is_from_a_page(request.headers)
        parts = parts_of(request.method, request.query_params, request.headers.get("content-type"), body)
        asked = request_of(parts, self.stored, "http", any_text=any_text)
        asking = Asking(viewer, request.app.state.clock, request.app.state.allowance)
        try:
            return await self.api.execute(
                asked.query, asked.variables, asking, asked.operation_name, _ALLOWED[request.method]
            )
        except NoOperation:
            raise HTTPException(400, "The request has no document, or none with an operation of this name.") from None
        except NotAllowed:
            raise HTTPException(405, "Mutations are sent by POST.") from None


def _response(result: ExecutionResult, media_type: str) -> Response:
    content: dict[str, object] = {}
    if not was_not_executed(result):
        content["data"] = result.data
    if result.errors:
        content["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        content["extensions"] = result.extensions
    response = Response(orjson.dumps(content), status_of(result, media_type))
    seconds = retry_after(result)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


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


def refusal(status: int, code: str, message: str) -> Response:
    """An error body in GraphQL's shape, for answers that come before any document is read."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(
        {"errors": [{"message": message, "extensions": {"code": code}}]}, status_code=status, headers=headers
    )
