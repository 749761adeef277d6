"""Forms of the OAuth endpoints: read with bounds, each parameter once, and nothing in the address.

Owns: what is refused before anybody asks who the client is. Does not own: that question (`caller`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.http.graphql import body_within

_LARGEST = 32_000
_MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class BadForm(Exception):
    """A request that cannot be understood or must not be; `error` is a word of RFC 6749."""

    def __init__(self, says: str, *, status: int = 400, error: str = "invalid_request") -> None:
        super().__init__(says)
        self.says, self.status, self.error = says, status, error

    @property
    def response(self) -> Response:
        body = {"error": self.error, "error_description": self.says}
        return JSONResponse(body, status_code=self.status, headers=NOT_KEPT)


async def form_of(request: Request) -> dict[str, str]:
    """The parameters of a form; empty ones are left out, as RFC 6749 says. Raises `BadForm`."""
    if request.url.query:
        raise BadForm("Parameters stand in the body: an address is written into logs.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise BadForm(f"The body is {_FORM}.")
    body = await body_within(request, _LARGEST)
    if body is None:
        raise BadForm("The body is too large.", status=413)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as unreadable:
        raise BadForm("The body is no form.") from unreadable
    if len({name for name, _ in fields}) != len(fields):
        raise BadForm("A parameter stands there twice.")
    return {name: value for name, value in fields if value}


def credentials_of(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, if there is one. Raises `BadForm` when it cannot be read."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "basic":
        raise BadForm("The Authorization header of this endpoint is Basic.")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as unreadable:
        raise BadForm("The Authorization header cannot be read.") from unreadable
    if not (name and colon and secret):
        raise BadForm("The Authorization header has no client id or no secret.")
    return unquote(name), unquote(secret)
