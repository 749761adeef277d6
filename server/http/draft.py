"""`/accounts/acc_…/drafts/inv_….pdf`: an invoice as it would be issued, before it is.

Owns: the route. Does not own: the draft (`bss.invoicing.draft_invoice`).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bss.identifier import Kind, private
from bss.invoicing.document import InvoiceDocument
from bss.invoicing.draft_invoice import printable
from bss.viewer import Viewer
from server.http.printing import printed


async def draft_pdf(request: Request) -> Response:
    """GET: as `draftInvoice` has it at this moment."""

    async def drafted(viewer: Viewer) -> InvoiceDocument:
        account = private(Kind.ACCOUNT, request.path_params["account"])
        invoice = private(Kind.INVOICE, request.path_params["invoice"])
        return await printable(viewer, account, invoice, now=request.app.state.clock.now())

    return await printed(request, drafted)
