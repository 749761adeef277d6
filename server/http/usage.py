"""`GET /usage.csv`: hourly usage as a file that streams.

Owns: the parameters and the response. Does not own: the lines (`bss.metering.export`).
"""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bss.canonical import instant
from bss.catalogue.product import ProductKind
from bss.identifier import Kind, MalformedId, private
from bss.metering.export import Export, export_hours
from bss.organisations.queries import one
from bss.period import Period
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, PermissionDenied, Refusal
from bss.viewer import Viewer
from server.http.graphql import refusal
from server.http.recognise import viewer_of

MOST_AT_ONCE = 4
"""Each download holds a connection to the database, and the API needs the others."""


class ClientGone(OSError):
    """Nobody takes the file any more."""


async def usage_csv(request: Request) -> Response:
    """The hours in the caller's scope: `?from=…&to=…`, and, if one likes, `&account=acc_…&kind=vm|vdc|xaas`."""
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    try:
        viewer.require(Permission.USAGE_VIEW)
        export = await _asked(request, viewer)
    except Refusal as no:
        status = {NotFound: 404, PermissionDenied: 403}.get(type(no), 400)
        return refusal(status, no.code, no.message)
    if request.app.state.exports >= MOST_AT_ONCE:
        return refusal(503, "BUSY", f"There are {MOST_AT_ONCE} downloads of usage at this time; please try again.")
    return _Download(request, viewer, export)


async def _asked(request: Request, viewer: Viewer) -> Export:
    given = request.query_params
    start, end = (_instant(given.get(name), name) for name in ("from", "to"))
    if end <= start:
        raise InvalidInput.at("to", "A period ends after it starts.")
    try:
        kind = ProductKind(given["kind"]) if "kind" in given else None
    except ValueError:
        raise InvalidInput.at("kind", f"A kind is one of {', '.join(ProductKind)}.") from None
    if "account" not in given:
        return Export(viewer.path, Period(start, end), kind)
    try:
        account = private(Kind.ACCOUNT, given["account"])
    except MalformedId as malformed:
        raise InvalidInput.at("account", str(malformed)) from malformed
    return Export((await one(viewer, account)).path, Period(start, end), kind)


def _instant(text: str | None, name: str) -> datetime:
    try:
        return instant(text or "")
    except (ValueError, OverflowError):
        raise InvalidInput.at(name, f'{name} is an instant with an offset: "2026-02-01T00:00:00Z".') from None


class _Download(Response):
    """Sends the lines as they are read. A fault breaks the transfer off, so that half a file is no whole one."""

    def __init__(self, request: Request, viewer: Viewer, export: Export) -> None:
        super().__init__(media_type="text/csv; charset=utf-8")
        self._request, self._viewer, self._export = request, viewer, export
        self.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
        self.headers["X-Content-Type-Options"] = "nosniff"
        self.headers["Cache-Control"] = "private"
        del self.headers["Content-Length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(lines: bytes) -> None:
            if await self._request.is_disconnected():
                raise ClientGone
            await send({"type": "http.response.body", "body": lines, "more_body": True})

        state = self._request.app.state
        state.exports += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await export_hours(self._viewer, self._export, write)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except ClientGone:
            return
        finally:
            state.exports -= 1
