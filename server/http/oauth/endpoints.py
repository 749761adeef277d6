"""`POST /oauth/token`, `/oauth/introspect`, `/oauth/revoke`: tokens for clients, and what one is worth.

Owns: the three answers. Does not own: who calls (`caller`), or what a token is worth (`server.identity`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.clients.revoke_access import revoke_access
from bss.clients.standing import Standing
from bss.permission import Permission
from server.http.oauth.caller import Call, Refused, call_of, response_of
from server.http.oauth.form import NOT_KEPT, BadForm
from server.identity.access_token import LASTS
from server.identity.authorisation import Access, Authorisation, access_behind, access_token_for
from server.identity.places import Places

Endpoint = Callable[[Request], Awaitable[Response]]
_INACTIVE = {"active": False}


def _endpoint(place: Callable[[Places], str], answered: Callable[[Call], Awaitable[Response]]) -> Endpoint:
    """A route: the call is read, answered, or refused in the words of RFC 6749."""

    async def route(request: Request) -> Response:
        authorisation: Authorisation = request.app.state.authorisation
        try:
            return await answered(await call_of(request, place(authorisation.places)))
        except BadForm as bad:
            return bad.response
        except Refused as refused:
            return response_of(refused.answer)

    return route


async def _token(call: Call) -> Response:
    """A token for a client that has proven itself (RFC 6749, section 4.4)."""
    if "grant_type" not in call.form:
        raise BadForm("grant_type is missing.")
    answer = call.grant.answer(call.request)
    standing = call.claimed.standing
    if answer.status != 200 or standing is None:
        return response_of(answer)
    scopes = frozenset(Permission(word) for word in answer.body["scope"].split())
    signed = await access_token_for(call.authorisation, standing, scopes, now=call.now)
    body = {"access_token": signed, "token_type": "Bearer", "expires_in": int(LASTS.total_seconds()), **answer.body}
    return JSONResponse(body, headers=NOT_KEPT)


async def _introspection(call: Call) -> Response:
    """What a token is worth (RFC 7662), to a client of the organisation that sees the token's accounts."""
    caller = call.proven()
    access = await _access(call)
    if (
        access is None
        or not caller.viewer.sees(access.viewer.path)
        or access.standing.organisation != caller.organisation
    ):
        return JSONResponse(_INACTIVE, headers=NOT_KEPT)
    places, token = call.authorisation.places, access.token
    body = {
        "active": True,
        "token_type": "Bearer",
        "client_id": token.client,
        "sub": token.client,
        "scope": " ".join(sorted(word.value for word in access.viewer.permissions)),
        "iss": places.issuer(caller.organisation),
        "aud": places.audience(caller.organisation),
        "jti": str(token.id),
        "iat": int(token.made_at.timestamp()),
        "exp": int(token.ends_at.timestamp()),
    }
    return JSONResponse(body, headers=NOT_KEPT)


def _in_sight(caller: Standing, other: Standing) -> bool:
    """Whether a client may know of another: of its organisation, and of an account in its own scope."""
    return other.organisation == caller.organisation and caller.viewer.sees(other.viewer.path)


async def _revocation(call: Call) -> Response:
    """A client's own token is worth nothing any more (RFC 7009); about any other nothing is said and nothing done."""
    caller = call.proven()
    access = await _access(call)
    if access is not None and access.standing.client_id == caller.client_id:
        await revoke_access(caller, access.token.id, ends_at=access.token.ends_at, now=call.now)
    return Response(headers=NOT_KEPT)


async def _access(call: Call) -> Access | None:
    if "token" not in call.form:
        raise BadForm("token is missing.")
    return await access_behind(call.authorisation, call.form["token"], now=call.now)


token = _endpoint(lambda places: places.token_endpoint, _token)
introspect = _endpoint(lambda places: places.introspection_endpoint, _introspection)
revoke = _endpoint(lambda places: places.revocation_endpoint, _revocation)
