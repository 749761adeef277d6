"""Sessions in a browser: the cookie that a sign-in sets, and `POST /sign-out`, which ends it.

Owns: the cookie. Does not own: how somebody is known to be somebody, or how long (`bss.signing`).
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from bss.clock import Clock
from bss.permission import Permission
from bss.signing.authenticate import viewer_of_session
from bss.signing.end_session import EndSession, end_session
from bss.signing.session import LONGEST, Session, SessionStore, StoreAway, session_key
from bss.signing.start_session import StartSession, start_session
from bss.viewer import Viewer
from server.http.recognise import COOKIE, host_of


async def begin_session(request: Request, response: Response, system: Viewer, membership_id: UUID) -> None:
    """Start a session of the membership, and hand its secret to the browser with this response.

    The secret is always a new one, and the session that the browser had before is over: whoever knew its secret
    has nothing by it.
    """
    store, now = _store(request), _clock(request).now()
    await _end(request)
    host = host_of(request)
    made = await start_session(system, StartSession(membership_id, host), now=now)
    secret = made.secret or ""
    session = Session(made.object_id, system.organisation_id, system.root_path, host, now, now)
    await store.keep(session_key(secret), session)
    response.set_cookie(
        COOKIE, secret, max_age=int(LONGEST.total_seconds()), path="/", secure=True, httponly=True, samesite="lax"
    )


async def sign_out(request: Request) -> Response:
    """End the browser's session; who has none has none afterwards, too."""
    await _end(request)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


async def _end(request: Request) -> None:
    secret = request.cookies.get(COOKIE)
    if not secret:
        return
    store, now, key = _store(request), _clock(request).now(), session_key(secret)
    viewer = await viewer_of_session(store, secret, host=host_of(request), now=now)
    session = await store.find(key)
    if viewer is not None and session is not None:
        # Everybody may end their own session, whatever their role allows.
        own = replace(viewer, permissions=frozenset({Permission.SESSION_MANAGE}))
        await end_session(own, EndSession(session.id), now=now)
    await store.forget(key)


def _store(request: Request) -> SessionStore:
    store: SessionStore | None = request.app.state.sessions
    if store is None:
        raise StoreAway("this process has no store of sessions")
    return store


def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock
