"""Answers that go on: the library's view, for requests that ask for `text/event-stream`.

Owns: how a stream is asked for and told. Does not own: other answers (`server.http.graphql`), or what is followed.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import SSETransport
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionResult

from bss.viewer import Viewer
from schema.asking import Asking
from schema.execution import Schema
from server.http.event_stream import EventStream
from server.http.following import caller_of
from server.http.negotiation import EVENTS, retry_after, status_of, was_not_executed
from server.http.recognise import is_from_a_page
from server.http.request_parts import parts_of, request_of
from server.http.stored import Stored
from server.live.hub import Hub
from server.live.pace import Pace


class Streams(GraphQL[Asking, None]):
    """The view; the request's viewer was found, and its body read, before it is called."""

    def __init__(self, api: Schema, stored: Stored, pace: Pace, pages_send_any: bool) -> None:
        protocols = (GRAPHQL_SSE_PROTOCOL,)
        super().__init__(api, allow_queries_via_get=True, graphql_ide=None, subscription_protocols=protocols)
        self.stored = stored
        self.pages_send_any = pages_send_any
        self._stream_transport_map = {SSETransport.protocol: SSETransport(pace.comment)}

    async def answered(self, request: Request, viewer: Viewer) -> Response:
        """A stream, or in one piece why there is none."""
        request.state.viewer = viewer
        response = await self.run(request)
        if isinstance(response, EventStream):
            return response
        response.status_code = request.state.status
        if request.state.retry_after is not None:
            response.headers["Retry-After"] = str(request.state.retry_after)
        return response

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        any_text = self.pages_send_any or not is_from_a_page(request.headers)
        parts = parts_of(request.method, request.query_params, request.content_type, await request.get_body())
        return request_of(parts, self.stored, "sse", any_text=any_text)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        request.state.status = status_of(result, EVENTS)
        request.state.retry_after = retry_after(result)
        body = await super().process_result(request, result)
        if was_not_executed(result):
            body.pop("data", None)
        return body

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Asking:
        viewer, state = request.state.viewer, request.app.state
        return Asking(viewer, state.clock, state.allowance, caller_of(request, viewer))

    async def create_streaming_response(self, request: Any, stream: Any, sub_response: Any, headers: Any) -> Response:
        hub: Hub = request.app.state.live
        return EventStream(stream(), hub.closing, hub.pace.patience, headers=dict(headers))
