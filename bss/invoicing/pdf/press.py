"""What happens inside a rendering process: from the document to trusted bytes.

Owns: the settings and limits of the process, the run of the engine and the checks of its result. Does not own:
the processes themselves (`bss.invoicing.pdf.pool`). Nothing here runs in the serving process: the
engine keeps its fonts and settings in module globals, and it may hang or die of what it is given.
"""

from __future__ import annotations

import io
import logging
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pypdf import PdfReader
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus.tables import CellStyle
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from bss.invoicing.document import InvoiceDocument
from bss.invoicing.pdf import typeface
from bss.invoicing.pdf.markup import html
from bss.invoicing.renderer import MissingGlyph, RenderFailed

MEMORY_BYTES = 1024**3
FIRST_FACE = "Letter-First"


class _TimeIsUp(BaseException):
    """Rings through the engine; no `except Exception` on the way may swallow it."""


def warm() -> None:
    """Prepare a rendering process: limits, settings, fonts; and an end of its own when its parent dies."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # A Ctrl-C in the terminal reaches the parent too, and the parent ends this process in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _ring)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # Creation date and file identifier are fixed, so that the same document gives the same bytes.
    rl_config.invariant = 1
    # The engine selects a first font for every page and table cell; by default it is one that is not embedded.
    pdfmetrics.registerFont(TTFont(FIRST_FACE, str(typeface.REGULAR)))
    rl_config.canvas_basefontname = CellStyle.fontname = FIRST_FACE


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ring(signum: int, frame: object) -> None:
    raise _TimeIsUp


def is_warm() -> bool:
    """Answers once the process is prepared; the pool asks it before the first invoice."""
    return bool(rl_config.canvas_basefontname == FIRST_FACE)


def printed(document: InvoiceDocument, seconds: int) -> bytes:
    """The document as a PDF within the seconds; MissingGlyph or RenderFailed otherwise."""
    missing = typeface.unprintable(document)
    if missing:
        raise MissingGlyph(document.number, missing)
    signal.alarm(seconds)
    try:
        pdf = _run_engine(document, seconds)
    except _TimeIsUp:
        raise RenderFailed(document.number, f"it took longer than {seconds} s") from None
    except RenderFailed:
        raise
    except Exception as fault:
        # The engine's exceptions do not all survive the way to the parent process; their text does.
        raise RenderFailed(document.number, f"{type(fault).__name__}: {fault}") from None
    finally:
        signal.alarm(0)
    return pdf


def _run_engine(document: InvoiceDocument, seconds: int) -> bytes:
    policy = ResourceAccessPolicy.server(typeface.FOLDER, allow_remote=False, max_render_seconds=seconds)
    output = io.BytesIO()
    # The path only says where the document would stand: beside the fonts that its style sheet names.
    place = str(typeface.FOLDER / "invoice.html")
    with _complaints() as complaints:
        pisa.CreatePDF(html(document), dest=output, path=place, resource_policy=policy)
    unembedded = _unembedded_fonts(output.getvalue())
    if unembedded:
        complaints.append(f"fonts are not embedded: {', '.join(sorted(unembedded))}")
    if complaints:
        raise RenderFailed(document.number, "; ".join(complaints))
    return output.getvalue()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """All that the engine warns of meanwhile. It goes on without a font or an image; an invoice must not."""
    heard: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("xhtml2pdf", "reportlab")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield heard
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def _unembedded_fonts(pdf: bytes) -> set[str]:
    return {
        str(font["/BaseFont"])
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in _fonts(page)
        if "/FontFile2" not in font.get("/FontDescriptor", {})
    }


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"].get("/Font", {}).values()]
