"""The one way in which this installation calls an address that somebody else wrote down.

Owns: that such a call goes out over TLS, to an address in the internet, is not led elsewhere, and takes neither long
nor much. Does not own: what is asked, or whether the answer is believed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from socket import SOCK_STREAM, getaddrinfo
from typing import Any

import httpx2

from server.egress.addresses import Network, is_allowed, may_be_called

LONGEST_SECONDS = 5.0
MOST_BYTES = 1_000_000
_NAMES = ThreadPoolExecutor(8, "names")

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""The addresses behind a name and a port."""


class EgressRefused(httpx2.TransportError):
    """A call that is not made, or an answer that is not read; the message says why."""


async def resolved(host: str, port: int) -> tuple[str, ...]:
    """The addresses that this machine finds for a name."""
    # Threads of their own: a name server that does not answer keeps nothing else of the process waiting.
    looking = asyncio.get_running_loop().run_in_executor(_NAMES, partial(getaddrinfo, host, port, type=SOCK_STREAM))
    found = await looking
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True)
class Egress:
    """Where calls may go beside the internet: networks that the operator allows, in which TLS may be missing."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolved
    trust: ssl.SSLContext | bool = True

    def client(self) -> httpx2.AsyncClient:
        """A client for calls to others; its errors are `httpx2.TransportError`. To be closed by the caller."""
        return httpx2.AsyncClient(**self.terms())

    def terms(self) -> dict[str, Any]:
        """What makes any client of the library one for calls to others."""
        # No proxy and no file of passwords is taken from the environment: both would lead elsewhere.
        return {
            "transport": _Pinned(self),
            "timeout": LONGEST_SECONDS,
            "follow_redirects": False,
            "trust_env": False,
        }


class _Pinned(httpx2.AsyncBaseTransport):
    """Resolves once, looks at what it found, and connects to just that: a second answer cannot differ."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._inner = httpx2.AsyncHTTPTransport(verify=egress.trust, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await self._answer(request, await self._address(request.url))
        except TimeoutError as late:
            raise EgressRefused(f"no whole answer within {LONGEST_SECONDS:.0f} seconds") from late

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _address(self, url: httpx2.URL) -> str:
        """The address to connect to. Every one behind the name must be allowed, not only the first."""
        if url.scheme not in ("http", "https") or url.userinfo:
            raise EgressRefused("only https is called, and without a name and a password")
        try:
            found = await self._egress.resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        except OSError as unknown:
            raise EgressRefused("the name leads nowhere") from unknown
        allowed = self._egress.allowed
        if not found or not all(may_be_called(each, allowed) for each in found):
            raise EgressRefused("the name does not lead into the internet")
        if url.scheme == "http" and not all(is_allowed(each, allowed) for each in found):
            raise EgressRefused("only https is called")
        return found[0]

    async def _answer(self, request: httpx2.Request, address: str) -> httpx2.Response:
        host = request.url.host
        headers = httpx2.Headers(request.headers)
        headers["Accept-Encoding"] = "identity"  # what is packed small may be large
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=headers,  # the name of the host stands here already
            stream=request.stream,
            # The certificate must be that of the name.
            extensions={**request.extensions, "sni_hostname": host},
        )
        answer = await self._inner.handle_async_request(pinned)
        try:
            if answer.is_redirect or "content-encoding" in answer.headers:
                raise EgressRefused("the answer leads elsewhere, or is packed")
            content = await _within(answer)
        finally:
            await answer.aclose()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=content, request=request)


async def _within(answer: httpx2.Response) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > MOST_BYTES:
            raise EgressRefused(f"the answer has more than {MOST_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
