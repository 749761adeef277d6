"""The ASGI application: the API, documents and usage as files, probes.

Owns: the routes. Does not own: the database's life, which the process that serves opens before.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from asyncpg import InterfaceError, InternalClientError, PostgresError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bss.clock import Clock
from bss.identifier import Kind, MalformedId, private
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.invoicing.queries import contents, files
from bss.refusal import NotFound, Refusal
from bss.signing.session import StoreAway
from bss.transaction.database import Role, current
from schema.budget import UNBOUND, Allowance
from server.http.brand import brand, brand_logo
from server.http.cross_site import CrossSiteGate
from server.http.documents import download, upload
from server.http.draft import draft_pdf
from server.http.graphql import endpoint, refusal
from server.http.invitation import ROUTES as INVITATION_ROUTES
from server.http.oauth.routes import ROUTES
from server.http.preview import issuer_preview
from server.http.recognise import viewer_of
from server.http.sessions import sign_out
from server.http.sign_in import ROUTES as SIGN_IN_ROUTES
from server.http.socket import socket
from server.http.stored import NOTHING_STORED, Stored
from server.http.usage import usage_csv
from server.identity.authorisation import Authorisation
from server.identity.relying_party import RelyingParty
from server.identity.resume_tokens import ResumeTokens
from server.identity.sealing import Seal
from server.live.hub import Hub
from server.memory.sessions import ShortLivedSessions
from server.memory.short_lived import ShortLived

_log = logging.getLogger(__name__)


async def healthz(request: Request) -> Response:
    """The process lives."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The database answers."""
    try:
        await current().pool(Role.APP).fetchval("SELECT 1")
    except (PostgresError, InterfaceError, InternalClientError, OSError) as trouble:
        _log.warning("not ready: %s", trouble)
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("ready\n")


async def invoice_pdf(request: Request) -> Response:
    """An issued invoice as PDF, within the caller's scope: `GET /invoices/inv_….pdf`."""
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    try:
        identifier: UUID = private(Kind.INVOICE, request.path_params["invoice"])
        file = (await files(viewer, (identifier,))).get(identifier)
        content = (await contents(viewer, (identifier,))).get(identifier)
    except (MalformedId, Refusal):
        file = content = None
    if file is None or content is None:
        return refusal(404, "NOT_FOUND", "There is no such document.")
    return Response(
        content,
        media_type=file.media_type,
        headers={"ETag": f'"{file.sha256}"', "X-Content-Type-Options": "nosniff", "Cache-Control": "private"},
    )


_ALWAYS = (
    Route("/invoices/{invoice}.pdf", invoice_pdf, methods=["GET"]),
    Route("/accounts/{account}/drafts/{invoice}.pdf", draft_pdf, methods=["GET"]),
    Route("/accounts/{account}/documents", upload, methods=["POST"]),
    Route("/documents/{document}", download, methods=["GET"]),
    Route("/issuers/{issuer}.preview.pdf", issuer_preview, methods=["GET", "POST"]),
    Route("/usage.csv", usage_csv, methods=["GET"]),
    Route("/brand", brand, methods=["GET"]),
    Route("/brand/logo", brand_logo, methods=["GET"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    *INVITATION_ROUTES,
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
)


@asynccontextmanager
async def _printing(app: Starlette) -> AsyncIterator[None]:
    """While the application serves, it has a process that prints previews and drafts; its streams end with it."""
    async with Xhtml2pdfRenderer() as renderer:
        app.state.renderer = renderer
        try:
            yield
        finally:
            await app.state.live.close()


def application(
    clock: Clock,
    allowance: Allowance = UNBOUND,
    stored: Stored = NOTHING_STORED,
    entries: ShortLived | None = None,
    authorisation: Authorisation | None = None,
    relying_party: RelyingParty | None = None,
    live: Hub | None = None,
    *,
    pages_send_any: bool = False,
) -> Starlette:
    """The application; its clock is the one that commands get their `now` from.

    Without short-lived entries there are no sessions: only tokens are known. Without what access tokens take
    (`authorisation`), none are given and none are recognised. Without what asks identity providers (`relying_party`)
    nobody signs in. Without a hub streams are resumed in this process only. A page in which somebody is signed in
    sends stored documents only, unless it may send any.
    """
    hub = live or Hub(ResumeTokens(Seal(secrets.token_hex())))
    app = Starlette(
        routes=[
            Route("/graphql", endpoint(stored, hub.pace, pages_send_any), methods=["GET", "POST"]),
            WebSocketRoute("/graphql", socket(stored, pages_send_any)),
            *_ALWAYS,
            *(() if relying_party is None else SIGN_IN_ROUTES),
            *(() if authorisation is None else ROUTES),
        ],
        middleware=[Middleware(CrossSiteGate)],
        exception_handlers={500: _fault, NotFound: _not_found, StoreAway: _away},
        lifespan=_printing,
    )
    app.state.clock = clock
    app.state.allowance = allowance
    app.state.authorisation = authorisation
    app.state.exports = 0
    app.state.entries = entries
    app.state.relying_party = relying_party
    app.state.live = hub
    app.state.sessions = None if entries is None else ShortLivedSessions(entries)
    return app


async def _not_found(request: Request, unknown: Exception) -> Response:
    """What no route has answered for itself: a delegation by which the caller may not act."""
    return refusal(404, NotFound.code, str(unknown))


async def _fault(request: Request, fault: Exception) -> Response:
    _log.error("fault at %s", request.url.path, exc_info=fault)
    return JSONResponse({"errors": [{"message": "Something went wrong here."}]}, status_code=500)


async def _away(request: Request, trouble: Exception) -> Response:
    """Nobody can say who this is: it is nobody, and may be somebody later."""
    _log.warning("sessions cannot be read: %s", trouble)
    answer = refusal(503, "UNAVAILABLE", "Who is signed in cannot be seen at this time; please try again.")
    answer.headers["Retry-After"] = "5"
    return answer
