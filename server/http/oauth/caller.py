"""Which client calls an OAuth endpoint, by the one proof that the request has.

Owns: the order of things: form, whose client, its assertion and that it is used once. Does not own: the comparison of
secrets and the errors of RFC 6749 (`server.identity.token_grant`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.clients.standing import Standing, standing_of
from bss.clock import Clock
from bss.identifier import Kind, public
from server.http.oauth.form import NOT_KEPT, BadForm, credentials_of, form_of
from server.identity.assertion import TYPE, verify_assertion
from server.identity.authorisation import Authorisation, claimed, client_uuid
from server.identity.jwt_reading import BadToken
from server.identity.memory import MemoryAway
from server.identity.token_grant import Answer, Claimed, TokenGrant, TokenRequest


class Refused(Exception):
    """The caller is not the client that it says it is."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.get("error"))
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """A request of an endpoint whose form was read; `grant` knows whether the client is who it says."""

    form: dict[str, str]
    request: TokenRequest
    claimed: Claimed
    grant: TokenGrant
    authorisation: Authorisation
    now: datetime

    def proven(self) -> Standing:
        """The client that calls. Raises `Refused`."""
        refusal = self.grant.refusal(self.request)
        if refusal is not None or self.claimed.standing is None:
            raise Refused(refusal or Answer(401, {"error": "invalid_client"}, ()))
        return self.claimed.standing


async def call_of(request: Request, endpoint: str) -> Call:
    """The call that a request is. Raises `BadForm`."""
    authorisation: Authorisation = request.app.state.authorisation
    clock: Clock = request.app.state.clock
    now = clock.now()
    form = await form_of(request)
    standing = await standing_of(client_uuid(_client_of(request, form)))
    proven = await _asserted(authorisation, standing, form, now)
    claimed_client = Claimed(standing, proven)
    asked = TokenRequest(endpoint, request.headers, form)
    return Call(form, asked, claimed_client, TokenGrant(claimed_client), authorisation, now)


def _client_of(request: Request, form: dict[str, str]) -> str:
    """The public id of the client that a request says it comes from. Raises `BadForm` when it proves it twice."""
    basic = credentials_of(request.headers)
    assertion = form.get("client_assertion")
    if sum((basic is not None, "client_secret" in form, assertion is not None)) > 1:
        raise BadForm("A client proves itself in one way.")
    if assertion is not None and form.get("client_assertion_type") != TYPE:
        raise BadForm("client_assertion_type is not known here.")
    named = {basic[0] if basic else "", form.get("client_id", ""), claimed(assertion or "", "sub")} - {""}
    if len(named) > 1:
        raise BadForm("The request names two clients.")
    return next(iter(named), "")


async def _asserted(
    authorisation: Authorisation, standing: Standing | None, form: dict[str, str], now: datetime
) -> bool:
    """Whether the request has an assertion of the client that holds and was never used. Raises `BadForm`."""
    if standing is None or "client_assertion" not in form:
        return False
    places = authorisation.places
    audiences = (places.token_endpoint, places.issuer(standing.organisation))
    client = public(Kind.CLIENT, standing.client_id)
    try:
        assertion = verify_assertion(
            form["client_assertion"], standing.keys, client=client, audiences=audiences, now=now
        )
    except BadToken:
        return False
    seconds = math.ceil((assertion.ends_at - now).total_seconds()) + 1
    try:
        return await authorisation.memory.first(f"assertion:{client}:{assertion.name}", seconds)
    except MemoryAway as away:
        # Fail closed: an assertion that may have been used before is none.
        raise BadForm("Please try again.", status=503, error="temporarily_unavailable") from away


def response_of(answer: Answer) -> Response:
    """The response with a body and headers of the library's."""
    kept = {name: value for name, value in answer.headers if name.lower() != "content-type"}
    return JSONResponse(answer.body, status_code=answer.status, headers={**NOT_KEPT, **kept})
