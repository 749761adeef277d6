"""What an organisation's authorisation server says of itself (RFC 8414), and the keys of its tokens.

Owns: the two documents, which anybody may read. Does not own: where things are (`server.identity.places`).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.clients.public_key import ALGORITHMS
from bss.clients.signing_keys import shown_keys
from bss.clock import Clock
from bss.organisations.directory import named
from bss.permission import Permission
from server.identity.authorisation import Authorisation
from server.identity.token_grant import GRANT, METHODS

_FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}


async def metadata(request: Request) -> Response:
    """`GET /.well-known/oauth-authorization-server/o/{slug}`, where a client that knows the issuer looks."""
    authorisation: Authorisation = request.app.state.authorisation
    organisation = await named(request.path_params["slug"])
    if organisation is None:
        return Response(status_code=404)
    places = authorisation.places
    signed_with = sorted(name for names in ALGORITHMS.values() for name in names)
    body = {
        "issuer": places.issuer(organisation),
        "token_endpoint": places.token_endpoint,
        "jwks_uri": places.key_set(organisation),
        "introspection_endpoint": places.introspection_endpoint,
        "revocation_endpoint": places.revocation_endpoint,
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": [word.value for word in Permission],
    }
    for endpoint in ("token", "introspection", "revocation"):
        body[f"{endpoint}_endpoint_auth_methods_supported"] = list(METHODS)
        body[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = signed_with
    return JSONResponse(body, headers=_FOR_A_WHILE)


async def key_set(request: Request) -> Response:
    """`GET /o/{slug}/oauth/jwks.json`: the keys by which an organisation's tokens may be verified now."""
    clock: Clock = request.app.state.clock
    organisation = await named(request.path_params["slug"])
    if organisation is None:
        return Response(status_code=404)
    keys = await shown_keys(organisation.system("show keys"), now=clock.now())
    return JSONResponse({"keys": [dict(key.public) for key in keys]}, headers=_FOR_A_WHILE)
