"""From a request to what this process does for a caller who follows streams.

Owns: by what two requests are of the same caller. Does not own: who that is (`recognise`).
"""

from __future__ import annotations

import hashlib

from starlette.requests import HTTPConnection

from bss.viewer import Viewer
from server.http.recognise import ACT_AS, COOKIE, host_of, viewer_of
from server.live.hub import Caller, Hub


def caller_of(connection: HTTPConnection, viewer: Viewer) -> Caller:
    """The caller, who is asked about by the very request that was made; listening uses no session."""
    hub: Hub = connection.app.state.live
    return Caller(hub, _known_by(connection), viewer, lambda: viewer_of(connection, uses=False))


def _known_by(connection: HTTPConnection) -> str:
    """A digest of all that `viewer_of` looks at."""
    headers = connection.headers
    parts = (*headers.getlist("authorization"), connection.cookies.get(COOKIE, ""), host_of(connection))
    acting = headers.getlist(ACT_AS)
    return hashlib.sha256(repr((parts, acting)).encode()).hexdigest()
