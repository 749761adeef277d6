"""API7: what people write is printed, and neither called up nor obeyed."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace

from pypdf import PdfReader

from bss.invoicing.pdf import Xhtml2pdfRenderer
from tests.contracts.documents import BILL_TO, ISSUER, invoice


async def test_a_text_with_an_address_in_it_calls_nobody() -> None:
    """Whatever a printer of pages would fetch: pictures, style sheets, fonts, pages in pages, files."""
    called: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await reader.read(100))
        writer.close()

    trap = await asyncio.start_server(note, "127.0.0.1", 0)
    port = trap.sockets[0].getsockname()[1]
    at = f"http://127.0.0.1:{port}"
    hostile = (
        f'<img src="{at}/a.png">',
        f'<link rel="stylesheet" href="{at}/b.css">',
        f'<style>@import url("{at}/c.css"); @font-face {{ font-family: x; src: url("{at}/d.ttf") }}</style>',
        f'<div style="background-image: url({at}/e.png)">x</div>',
        f'<pdf:include src="{at}/f.html"/><iframe src="{at}/g"></iframe>',
        '<img src="file:///etc/passwd"><pdf:include src="/etc/passwd"/>',
        f'</p><img src="{at}/h.png"/><p>',
        "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    )
    async with trap, Xhtml2pdfRenderer() as renderer:
        for text in hostile:
            document = replace(
                invoice(), issuer=replace(ISSUER, name=text[:60], terms=text), bill_to=replace(BILL_TO, name=text[:60])
            )
            printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(await renderer.pdf(document))).pages)
            assert "root:" not in printed
            assert text[:10] in " ".join(printed.split()), "it is printed as it was written"
    assert called == []
