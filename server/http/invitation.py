"""`/invitation`: the page to which an invitation leads, and the way in behind it.

Owns: the routes. Does not own: what an invitation is worth (`bss.invitations`). The secret stands behind the `#` of the
address, which browsers send to nobody, and in the body of a request that the page's button sends: a program that looks
at links before people do takes nothing.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bss.access.admit import token_hash
from bss.brands.queries import card_at, organisation_at
from bss.invitations.take_invitation import InvitationOver, TakeInvitation, take_invitation
from server.http.graphql import body_within, refusal
from server.http.negotiation import JSON
from server.http.recognise import host_of
from server.http.sessions import hand_over
from server.http.sign_in_page import Shown, page

_LARGEST = 1_000


async def invitation_page(request: Request) -> Response:
    """The brand, and a button."""
    card = await card_at(host_of(request))
    return _nothing() if card is None else page(Shown(card, is_invited=True))


async def come_in(request: Request) -> Response:
    """`{"secret": …}`: whoever brings it first is signed in."""
    entry = await organisation_at(host_of(request))
    if entry is None:
        return _nothing()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return refusal(415, "BAD_REQUEST", f"Send {JSON}.")
    secret = _secret(await body_within(request, _LARGEST))
    system, now = entry.system("invitation"), request.app.state.clock.now()
    try:
        made = await take_invitation(system, TakeInvitation(token_hash(secret), host_of(request)), now=now)
    except InvitationOver as over:
        return refusal(403, over.code, over.message)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    await hand_over(request, response, system, made)
    return response


ROUTES = (
    Route("/invitation", invitation_page, methods=["GET"]),
    Route("/invitation", come_in, methods=["POST"]),
)


def _secret(body: bytes | None) -> str:
    try:
        found = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return ""
    secret = found.get("secret") if isinstance(found, dict) else None
    return secret if isinstance(secret, str) else ""


def _nothing() -> Response:
    return refusal(404, "NOT_FOUND", "There is nothing here.")
