"""`POST /graphql`, and `GET` for queries and streams: who asks → viewer → the schema.

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
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.streaming import SSETransport
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionResult

from schema.asking import Asking
from schema.execution import schema
from server.http.event_stream import EventStream
from server.http.following import caller_of
from server.http.negotiation import EVENTS, JSON, negotiated, retry_after, status_of, was_not_executed
from server.http.recognise import is_from_a_page, viewer_of
from server.http.request_parts import request_of
from server.http.stored import ONLY_STORED, WHY_ONLY_STORED, NotStored, OnlyStored, Stored
from server.live.hub import Hub
from server.live.pace import Pace

LARGEST_BODY = 2_000_000


class Endpoint(GraphQL[Asking, None]):
    """The GraphQL view; the request's viewer was found before it is called."""

    def __init__(self, stored: Stored, pace: Pace, pages_send_any: bool) -> None:
        protocols = (GRAPHQL_SSE_PROTOCOL,)
        super().__init__(schema, allow_queries_via_get=True, graphql_ide=None, subscription_protocols=protocols)
        self.stored = stored
        self.pages_send_any = pages_send_any
        self._stream_transport_map = {SSETransport.protocol: SSETransport(pace.comment)}

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    def parse_json(self, data: str | bytes) -> Any:
        """Refuse `5`, `[1]` or `null`, at which the stock view fails."""
        body = super().parse_json(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "The request must be a JSON object.")
        return body

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        """The request by POST or by GET; what is wrong with its parts is told before any document is read."""
        if request.method == "GET":
            body = self.parse_query_params(request.query_params)
        elif parse_content_type(request.content_type or "")[0] == JSON:
            body = self.parse_json(await request.get_body())
        else:
            raise HTTPException(415, f"Send {JSON}.")
        any_text = self.pages_send_any or not is_from_a_page(request.headers)
        is_stream = negotiated(request.headers.get("accept", "")) == EVENTS
        return request_of(body, self.stored, "sse" if is_stream else "http", any_text=any_text)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """A GET may be repeated by anybody on the way, so that it reads only."""
        try:
            return await super().execute_single(*args, **kwargs)
        except HTTPException as refused:
            if isinstance(refused.__cause__, InvalidOperationTypeError):
                raise HTTPException(405, "Mutations are sent by POST.") from refused
            raise

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        request.state.status = status_of(result, request.state.media_type)
        request.state.retry_after = retry_after(result)
        body = await super().process_result(request, result)
        if was_not_executed(result):
            body.pop("data", None)
        return body

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Asking:
        viewer, state = request.state.viewer, request.app.state
        live = caller_of(request, viewer) if request.state.media_type == EVENTS else None
        return Asking(viewer, state.clock, state.allowance, live)

    async def create_streaming_response(self, request: Any, stream: Any, sub_response: Any, headers: Any) -> Response:
        hub: Hub = request.app.state.live
        return EventStream(stream(), hub.closing, hub.pace.patience, headers=dict(headers))


def endpoint(stored: Stored, pace: Pace, pages_send_any: bool) -> Callable[[Request], Awaitable[Response]]:
    """The route's function: a bearer token, at most two megabytes, an answer in the media type that is asked for."""
    view = Endpoint(stored, pace, pages_send_any)

    async def graphql(request: Request) -> Response:
        media_type = request.state.media_type = negotiated(request.headers.get("accept", ""))
        response = await _answered(view, request)
        if not isinstance(response, EventStream):
            shown = JSON if media_type == EVENTS else media_type  # a stream that there is not is told of in one piece
            response.headers["Content-Type"] = f"{shown}; charset=utf-8"
        response.headers["Vary"] = "Accept"
        if response.status_code == 405:
            response.headers["Allow"] = "POST" if request.method == "GET" else "GET, POST"
        return response

    return graphql


async def _answered(view: Endpoint, request: Request) -> Response:
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    if await body_within(request, LARGEST_BODY) is None:
        return refusal(413, "TOO_LARGE", "A request has at most two megabytes.")
    request.state.viewer = viewer
    try:
        response = await view.run(request)
    except HTTPException as unreadable:
        return refusal(unreadable.status_code, "BAD_REQUEST", unreadable.reason)
    except NotStored:
        status = 200 if request.state.media_type == JSON else 400
        return refusal(status, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")  # as client libraries know it
    except OnlyStored:
        return refusal(403, ONLY_STORED, WHY_ONLY_STORED)
    if isinstance(response, EventStream):
        return response
    response.status_code = request.state.status
    if request.state.retry_after is not None:
        response.headers["Retry-After"] = str(request.state.retry_after)
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
