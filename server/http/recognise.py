"""Who asks: a bearer token, or the cookie of a session on this host → viewer, who may act for another account.

Owns: which of the two is looked at, what the host of a request is, and how a request says by which delegation its
caller acts. Does not own: what any of them is worth (`bss.access`, `bss.signing`).
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import HTTPConnection

from bss.access.act_as import acting
from bss.access.authenticate import viewer_of_token
from bss.clock import Clock
from bss.signing.authenticate import viewer_of_session
from bss.signing.session import SessionStore
from bss.viewer import Viewer
from server.identity.authorisation import access_behind, looks_like_access_token

COOKIE = "__Host-session"
"""Browsers take it over TLS only, send it to this host only, and let no other host and no path set it."""
ACT_AS = "Bss-Act-As"
"""The id of a delegation, in each request that is made by it."""


async def viewer_of(request: HTTPConnection, *, uses: bool = True) -> Viewer | None:
    """The viewer behind the request, acting by the delegation that it names, if it names one.

    Raises `NotFound` when the viewer may not act by it: who means to act for another is not answered in their own
    name. Raises `StoreAway` when there is a cookie, and nobody can say whose. A session is used by it unless the
    question is only whether it still holds (`uses`).
    """
    viewer = await _known(request, uses)
    delegations = request.headers.getlist(ACT_AS)
    if viewer is None or not delegations:
        return viewer
    clock: Clock = request.app.state.clock
    return await acting(viewer, ", ".join(delegations), now=clock.now())


async def _known(request: HTTPConnection, uses: bool) -> Viewer | None:
    """The viewer in their own name; who sends an Authorization header is known by that or not at all.

    Raises `StoreAway` when there is a cookie, and nobody can say whose.
    """
    clock: Clock = request.app.state.clock
    if "authorization" in request.headers:
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        if looks_like_access_token(token):
            access = await access_behind(request.app.state.authorisation, token.strip(), now=clock.now())
            return None if access is None else access.viewer
        return await viewer_of_token(token.strip(), now=clock.now())
    store: SessionStore | None = request.app.state.sessions
    secret = request.cookies.get(COOKIE)
    if store is None or not secret:
        return None
    return await viewer_of_session(store, secret, host=host_of(request), now=clock.now(), uses=uses)


def is_from_a_page(headers: Mapping[str, str]) -> bool:
    """Whether somebody who is known was known by a cookie, which only a page of ours can send along."""
    return "authorization" not in headers


def host_of(request: HTTPConnection) -> str:
    """The host that the browser believes to talk to, in small letters and without a port."""
    host: str = (request.url.hostname or "").lower()
    return host
