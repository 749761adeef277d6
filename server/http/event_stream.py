"""The body of an answer that goes on: server-sent events, until somebody ends them.

Owns: that a reader who does not read is cut off, and that the end of the process ends the body without the event that
would say that all is said. Does not own: what is sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Send

_log = logging.getLogger(__name__)


class EventStream(StreamingResponse):
    """Events as they come, one at a time: the next one is made when the one before was taken."""

    def __init__(self, body: AsyncGenerator[str, None], closing: asyncio.Event, patience: float, **more: Any) -> None:
        super().__init__(body, **more)
        self._events = body
        self._closing = closing
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        closing = asyncio.create_task(self._closing.wait())
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            # A client knows by it that the stream is open, though nothing may happen for long.
            await self._sent(send, b": open\r\n\r\n", more=True)
            while (chunk := await self._next(closing)) is not None:
                await self._sent(send, chunk, more=True)
            await self._sent(send, b"", more=False)
        except TimeoutError:
            _log.info("a stream was cut off: its reader did not read")
        finally:
            closing.cancel()
            with suppress(Exception):
                await self._events.aclose()

    async def _next(self, closing: asyncio.Task[bool]) -> bytes | None:
        """The next part; None at the end of the events or of the process."""
        coming = asyncio.create_task(self._one())
        try:
            await asyncio.wait({coming, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not coming.done():
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
        if coming.cancelled() or closing.done():
            return None
        chunk = coming.result()
        return None if chunk is None else chunk.encode()

    async def _one(self) -> str | None:
        return await anext(self._events, None)

    async def _sent(self, send: Send, body: bytes, *, more: bool) -> None:
        async with asyncio.timeout(self._patience):
            await send({"type": "http.response.body", "body": body, "more_body": more})
