"""The gate for cookies: what would change something, or opens a socket, and is known by its cookie, is our own page's.

Owns: the question where such a request comes from. Does not own: who it is from. A cookie is sent by the browser
whoever made the page that asks; a token is not, and who sends one is not asked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http.graphql import refusal
from server.http.recognise import COOKIE

_SAFE = {"GET", "HEAD", "OPTIONS"}


class CrossSiteGate:
    """ASGI middleware: refuses with 403, before anything is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["method"] in _SAFE):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        if "authorization" in headers or COOKIE not in cookie_parser(";".join(headers.getlist("cookie"))):
            return await self._app(scope, receive, send)
        if _is_from_our_page(headers) and (scope["type"] == "websocket" or not _could_be_a_form(headers)):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the answer is 403
        answer = refusal(403, "CROSS_SITE", "Send this from a page of the same origin, with a body of JSON.")
        return await answer(scope, receive, send)


def _is_from_our_page(headers: Headers) -> bool:
    """What the browser says of it, which no page can change; older browsers tell the origin only."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    try:
        return origin is not None and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:  # no address at all
        return False


def _could_be_a_form(headers: Headers) -> bool:
    """A page of another site sends forms without asking first; never JSON, and never a header of our own."""
    is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return not is_json and "idempotency-key" not in headers
