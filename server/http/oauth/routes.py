"""The routes of the authorisation server. They take forms, know no cookie, and answer any browser alike."""

from __future__ import annotations

from starlette.routing import Route

from server.http.oauth.endpoints import introspect, revoke, token
from server.http.oauth.metadata import key_set, metadata

ROUTES = (
    Route("/oauth/token", token, methods=["POST"]),
    Route("/oauth/introspect", introspect, methods=["POST"]),
    Route("/oauth/revoke", revoke, methods=["POST"]),
    Route("/o/{slug}/oauth/jwks.json", key_set, methods=["GET"]),
    Route("/.well-known/oauth-authorization-server/o/{slug}", metadata, methods=["GET"]),
)
