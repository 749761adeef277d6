"""A worker process that a test may kill: `python -m tests.reliability.worker [planted fault]`.

It works as `bss work` does, in the installation that the environment names, and begins when it is told by a line on
its standard input, so that a test may let it load beforehand.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack

from bss.clock import SystemClock
from bss.invoicing.document import InvoiceDocument
from bss.invoicing.pdf import Xhtml2pdfRenderer
from server.installation import opened
from server.settings import load
from sync.transport import InProcessTransport
from tests.reliability.faults import FAULTS
from workers.queue import Doorbell, worker
from workers.work import Tools


class RendererAtNeed:
    """The real renderer, whose process is started with the first invoice: most of these workers print none."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._starting = asyncio.Lock()
        self._renderer: Xhtml2pdfRenderer | None = None

    async def pdf(self, document: InvoiceDocument) -> bytes:
        async with self._starting:
            if self._renderer is None:
                self._renderer = await self._stack.enter_async_context(Xhtml2pdfRenderer())
        return await self._renderer.pdf(document)


async def work() -> None:
    """Until SIGTERM."""
    clock = SystemClock()
    async with opened(load()) as installation, AsyncExitStack() as stack:
        database = installation.database
        tools = Tools(clock, InProcessTransport(lambda _key, _side: database, clock), RendererAtNeed(stack))
        doorbell = await Doorbell.connect(installation.queue_url)
        database.doorbell = doorbell.ring
        stack.push_async_callback(doorbell.close)
        try:
            await worker(installation.queue_url, tools).async_run()
        except asyncio.CancelledError:
            return


if __name__ == "__main__":
    for fault in sys.argv[1:]:
        FAULTS[fault]()
    print("loaded", flush=True)
    sys.stdin.readline()
    asyncio.run(work())
