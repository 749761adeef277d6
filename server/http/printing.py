"""Documents that are printed while the caller waits: samples and drafts, of which no file is kept.

Owns: the answer, as a PDF or a refusal. Does not own: the routes (`server.http.preview`, `server.http.draft`), the
documents (`bss.invoicing`), or printing (`bss.invoicing.renderer`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.identifier import MalformedId
from bss.invoicing.document import InvoiceDocument
from bss.invoicing.renderer import Renderer
from bss.module import ModuleOff
from bss.refusal import NotFound, PermissionDenied, Refusal
from bss.viewer import Viewer
from schema.domains.issuer_card import api_path
from server.http.graphql import refusal
from server.http.recognise import viewer_of

DENIED = PermissionDenied, ModuleOff


async def printed(request: Request, make: Callable[[Viewer], Awaitable[InvoiceDocument]]) -> Response:
    """The document that is made for the caller, as a PDF; or why there is none."""
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    renderer: Renderer = request.app.state.renderer
    try:
        content = await renderer.pdf(await make(viewer))
    except (MalformedId, NotFound):
        return refusal(404, "NOT_FOUND", "There is no such document.")
    except Refusal as refused:
        return _refused(refused)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _refused(refused: Refusal) -> Response:
    problems = [{"path": list(api_path(each.path)), "message": each.message} for each in refused.problems]
    error = {"message": refused.message, "extensions": {"code": refused.code, "problems": problems}}
    return JSONResponse({"errors": [error]}, status_code=403 if isinstance(refused, DENIED) else 422)
