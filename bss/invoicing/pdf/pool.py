"""The adapter: invoices are rendered in processes of their own, and the event loop stays free.

Owns: the life of the rendering processes. Does not own: what they do (`bss.invoicing.pdf.press`).
"""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from bss.invoicing.document import InvoiceDocument
from bss.invoicing.pdf import press
from bss.invoicing.renderer import RenderFailed

# A process can die of what it renders or of what happens on the machine; only the first happens again.
ATTEMPTS = 2


class Xhtml2pdfRenderer:
    """Renders with xhtml2pdf: `async with Xhtml2pdfRenderer() as renderer: await renderer.pdf(document)`.

    `workers` processes render one invoice each at a time, in at most `seconds` each. A pool whose process
    was killed is replaced, and its invoices are rendered again: rendering has no effect but its result.
    """

    def __init__(self, workers: int = 1, seconds: int = 60) -> None:
        self._workers = workers
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        self._pool = self._new_pool()
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, press.is_warm) for _ in range(self._workers)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def pdf(self, document: InvoiceDocument) -> bytes:
        """The document as a PDF; MissingGlyph or RenderFailed when it cannot be printed truly."""
        for _ in range(ATTEMPTS):
            pool = self._pool
            if pool is None:
                raise RuntimeError("the renderer works within its own context only")
            try:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(pool, press.printed, document, self._seconds)
            except BrokenProcessPool:
                self._replace(pool)
        raise RenderFailed(document.number, f"its rendering process died {ATTEMPTS} times")

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        # All invoices of a broken pool fail together; the first one replaces it for all.
        if self._pool is broken:
            self._pool = self._new_pool()
            broken.shutdown(wait=False)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not "fork": the parent has threads and open connections that a copy must not have.
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=press.warm)
