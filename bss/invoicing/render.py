"""Render an issued invoice into a file, and store it with its checksum.

Owns: that an invoice has one file of each media type, however often it is rendered. Does not own: printing,
which is the renderer's and happens outside any transaction (`bss.invoicing.renderer`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from bss.failpoint import fp
from bss.identifier import derived
from bss.invoicing import queries
from bss.invoicing.renderer import Renderer
from bss.transaction.begin import begin
from bss.viewer import Viewer

PDF = "application/pdf"


async def render(viewer: Viewer, invoice_id: UUID, renderer: Renderer, *, now: datetime) -> None:
    """Render the stored document and keep the file; an invoice that has its file already is left alone.

    Raises `NotFound`, and what the renderer raises: `MissingGlyph`, `RenderFailed`.
    """
    document = await queries.document(viewer, invoice_id)
    if await queries.files(viewer, (invoice_id,)):
        return
    content = await renderer.pdf(document)
    fp("invoice_render.after_pdf")
    async with begin(viewer) as tx:
        await tx.connection.execute(
            "INSERT INTO invoice_file (id, organisation_id, path, seller_path, invoice_id, media_type, content, sha256,"
            " recorded_at) SELECT $3, organisation_id, path, seller_path, id, $4, $5, $6, $7 FROM invoice"
            " WHERE organisation_id = $1 AND id = $2 ON CONFLICT DO NOTHING",
            *(tx.organisation_id, invoice_id, derived("invoice file", invoice_id, PDF), PDF, content),
            *(hashlib.sha256(content).hexdigest(), now),
        )
