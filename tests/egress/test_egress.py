"""What others write down as an address is called over TLS in the internet, or not at all (API7 of the OWASP list)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import httpx2
import pytest

from server.egress import client as egress
from server.egress.client import Egress, EgressRefused, resolved
from tests.egress.certificates import context_of, issued

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


def saying(content: bytes) -> Say:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return say


@asynccontextmanager
async def answering(say: Say, trust: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on loopback: its port, and the heads of the requests that reached it."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        try:
            await say(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=trust)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()


async def called(url: str, *, allowed: bool = True, **more: object) -> httpx2.Response:
    rules = Egress(allowed=LOOPBACK if allowed else (), **more)  # type: ignore[arg-type]
    async with rules.client() as client:
        return await client.get(url)


def leading_to(*answers: tuple[str, ...]) -> Callable[[str, int], Awaitable[tuple[str, ...]]]:
    """A name server that gives one answer after the other."""
    left = list(answers)

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return left.pop(0)

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("168.63.129.16", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
    ],
)
async def test_an_address_inside_is_not_called_whatever_its_name(address: str) -> None:
    with pytest.raises(EgressRefused, match="does not lead into the internet"):
        await called("https://login.example/", allowed=False, resolve=leading_to((address,)))


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_another_way_of_writing_the_address_does_not_help(host: str) -> None:
    async with answering(saying(OK)) as (port, heads):
        with pytest.raises((EgressRefused, httpx2.InvalidURL)):
            await called(f"https://{host}:{port}/", allowed=False)
    assert heads == []


async def test_one_address_inside_among_others_is_enough_to_refuse() -> None:
    with pytest.raises(EgressRefused, match="does not lead into the internet"):
        await called("https://login.example/", allowed=False, resolve=leading_to(("93.184.215.14", "10.0.0.1")))


async def test_what_was_looked_at_is_what_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time is not asked a second time."""
    async with answering(saying(OK)) as (port, heads):
        resolve = leading_to(("127.0.0.1",))
        answer = await called(f"http://login.example:{port}/keys", resolve=resolve)
    assert answer.text == "ok"
    assert heads[0].startswith(b"GET /keys HTTP/1.1\r\n")
    assert f"host: login.example:{port}".encode() in heads[0].lower()


async def test_plain_http_is_for_networks_that_the_operator_allows() -> None:
    with pytest.raises(EgressRefused, match="only https"):
        await called("http://login.example/", resolve=leading_to(("93.184.215.14",)))
    with pytest.raises(EgressRefused, match="only https"):
        await called("https://name:word@login.example/", resolve=leading_to(("93.184.215.14",)))


async def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    authority, key, certificate = issued(tmp_path, "login.example")
    trust = ssl.create_default_context(cafile=authority)
    async with answering(saying(OK), context_of(key, certificate)) as (port, _):
        at_loopback = leading_to(("127.0.0.1",), ("127.0.0.1",))
        good = await called(f"https://login.example:{port}/", trust=trust, resolve=at_loopback)
        assert good.text == "ok"
        with pytest.raises(httpx2.TransportError, match="certificate"):
            await called(f"https://other.example:{port}/", trust=trust, resolve=at_loopback)
        with pytest.raises(httpx2.TransportError, match="certificate"):
            await called(f"https://login.example:{port}/", resolve=leading_to(("127.0.0.1",)))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_is_led_elsewhere(status: int) -> None:
    moved = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n".encode()
    async with answering(saying(moved)) as (port, heads):
        with pytest.raises(EgressRefused, match="leads elsewhere"):
            await called(f"http://127.0.0.1:{port}/")
    assert len(heads) == 1


async def test_an_answer_that_does_not_end_is_not_read_to_its_end() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with answering(endless) as (port, _):
        with pytest.raises(EgressRefused, match="more than 1000000 bytes"):
            await called(f"http://127.0.0.1:{port}/")


async def test_an_answer_that_comes_in_drops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "LONGEST_SECONDS", 0.5)

    async def dripping(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with answering(dripping) as (port, _):
        with pytest.raises(EgressRefused, match="no whole answer"):
            await called(f"http://127.0.0.1:{port}/")


async def test_what_is_packed_is_not_unpacked() -> None:
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"
    async with answering(saying(packed)) as (port, heads):
        with pytest.raises(EgressRefused, match="packed"):
            await called(f"http://127.0.0.1:{port}/")
    assert b"accept-encoding: identity" in heads[0].lower()


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(saying(OK)) as (proxy, heads), answering(saying(OK)) as (port, _):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert (await called(f"http://127.0.0.1:{port}/")).text == "ok"
    assert heads == []


async def test_a_name_that_leads_nowhere_is_refused() -> None:
    async def nowhere(host: str, port: int) -> tuple[str, ...]:
        return await resolved("no-such-name.invalid", port)

    with pytest.raises(EgressRefused, match="leads nowhere"):
        await called("https://login.example/", resolve=nowhere)
