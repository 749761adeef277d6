"""Sessions in a browser: the cookie that a sign-in sets, and `POST /sign-out`, which ends it.

Owns: the cookie. Does not own: how somebody is known to be somebody, or how long (`bss.signing`).
"""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.clock import Clock
from bss.permission import Permission
from bss.providers.queries import provider_at
from bss.signing.authenticate import viewer_of_session
from bss.signing.end_session import EndSession, end_session
from bss.signing.session import LONGEST, Session, SessionStore, StoreAway, Voucher, session_key
from bss.transaction.command import Outcome
from bss.viewer import Viewer
from server.http.recognise import COOKIE, host_of
from server.http.sign_in_place import page_of
from server.identity.discovery import ProviderTrouble
from server.identity.relying_party import RelyingParty

_NOT_KEPT = {"Cache-Control": "no-store"}


async def hand_over(
    request: Request, response: Response, system: Viewer, made: Outcome, voucher: Voucher | None = None
) -> None:
    """Hand the secret of a session that was made to the browser with this response.

    The secret is always a new one, and the session that the browser had before is over: whoever knew its secret
    has nothing by it.
    """
    store, now = _store(request), _clock(request).now()
    await _end(request)
    secret, where = made.secret or "", (system.organisation_id, system.root_path, host_of(request))
    await store.keep(session_key(secret), Session(made.object_id, *where, now, now, voucher))
    response.set_cookie(
        COOKIE, secret, max_age=int(LONGEST.total_seconds()), path="/", secure=True, httponly=True, samesite="lax"
    )


async def sign_out(request: Request) -> Response:
    """End the browser's session; who has none has none afterwards, too.

    Where the session came by an identity provider that can end its own, the answer says where the browser does so.
    """
    session = await _end(request)
    following = None if session is None else await _at_provider(request, session)
    if following is None:
        response = Response(status_code=204, headers=_NOT_KEPT)
    else:
        response = JSONResponse({"next": following}, headers=_NOT_KEPT)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


async def _end(request: Request) -> Session | None:
    """End the session of the browser's cookie; what it was, if it still held."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    store, now, key = _store(request), _clock(request).now(), session_key(secret)
    viewer = await viewer_of_session(store, secret, host=host_of(request), now=now)
    session = None if viewer is None else await store.find(key)
    if viewer is not None and session is not None:
        # Everybody may end their own session, whatever their role allows.
        own = replace(viewer, permissions=frozenset({Permission.SESSION_MANAGE}))
        await end_session(own, EndSession(session.id), now=now)
    await store.forget(key)
    return session


async def _at_provider(request: Request, session: Session) -> str | None:
    """Where the provider's own session is ended; None when it has no such place, or cannot be asked now."""
    party: RelyingParty | None = request.app.state.relying_party
    if party is None or session.voucher is None:
        return None
    provider = await provider_at(session.host, session.voucher.provider_id)
    if provider is None:
        return None
    try:
        return await party.address_of_end(provider, session.voucher.id_token, page_of(request), _clock(request).now())
    except ProviderTrouble:
        return None


def _store(request: Request) -> SessionStore:
    store: SessionStore | None = request.app.state.sessions
    if store is None:
        raise StoreAway("this process has no store of sessions")
    return store


def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock
