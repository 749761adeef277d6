"""Many streams, slow readers, a process that ends: what they cost, and what becomes of those who follow."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from bss.feed.topic import Topic
from bss.transaction.database import current
from schema.budget import Allowance, Bucket
from schema.local_budget import LocalBudget
from server.live.pace import MostStreams, Pace
from tests.feed.readers import subscription, tell
from tests.live.conftest import QUICK
from tests.live.serving import Served, Stream, opened, serving
from tests.live.test_sockets import closed
from tests.live.test_streams import CHANGED, change
from tests.schema.books import Books

CALM = Pace(look=0.25, recognise=60, silence=60, comment=60, patience=1)


@asynccontextmanager
async def served_with(books: Books, pace: Pace, most: MostStreams, **more: Any) -> AsyncIterator[Served]:
    async with opened(books, pace=pace, most=most, **more) as shop, serving(shop) as found:
        yield found


async def followers(served: Served, stack: AsyncExitStack, secret: str, many: int) -> list[Stream]:
    streams = [await stack.enter_async_context(served.stream(CHANGED, secret)) for _ in range(many)]
    for stream in streams:
        await stream.told()
    stack.callback(streams.clear)  # who forgets a stream closes it
    return streams


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (it is a server that is looked at)
            await asyncio.sleep(0.02)


async def statements(seconds: float) -> int:
    """How many statements are run in so long a time."""
    seen: list[str] = []
    current().observer = seen.append
    await asyncio.sleep(seconds)
    current().observer = None
    return len(seen)


async def test_fifty_streams_in_silence_cost_what_one_costs(books: Books) -> None:
    async with served_with(books, CALM, MostStreams(of_a_client=50)) as served, AsyncExitStack() as stack:
        secret = await served.token("x")
        await followers(served, stack, secret, 1)
        one = await statements(2)
        await followers(served, stack, secret, 49)
        fifty = await statements(2)
    most = 4 * 9  # four statements for each look, and a look each quarter of a second
    assert 4 <= one <= most
    assert 4 <= fifty <= most


async def test_all_of_fifty_are_told_within_a_second(books: Books) -> None:
    async with served_with(books, CALM, MostStreams(of_a_client=50)) as served, AsyncExitStack() as stack:
        streams = await followers(served, stack, await served.token("x"), 50)
        started = monotonic()
        await change(served, "x", 7)
        told = await asyncio.gather(*(stream.told() for stream in streams))
        assert monotonic() - started < 3  # a whole second of it is what the test's own fifty clients take
        assert {each["subscription"]["quantity"] for each in told} == {"7"}


async def test_a_follower_of_another_account_costs_nothing_when_something_happens(books: Books) -> None:
    async with served_with(books, CALM, MostStreams()) as served, AsyncExitStack() as stack:
        await followers(served, stack, await served.token("z"), 10)
        await asyncio.sleep(0.5)
        quiet = await statements(1)
        await change(served, "x", 7)
        busy = await statements(1)
    assert busy <= quiet + 16, "one numbering and another look, and no reading by any of the ten"


async def test_what_is_committed_in_this_process_is_told_at_once(books: Books) -> None:
    slow = Pace(look=30, recognise=60)
    async with served_with(books, slow, MostStreams()) as served, AsyncExitStack() as stack:
        (stream,) = await followers(served, stack, await served.token("x"), 1)
        await change(served, "x", 7)
        served.hub.ring(books.staff.organisation_id)
        async with asyncio.timeout(2):
            await stream.told()


async def test_a_client_and_an_organisation_have_so_many_streams_and_no_more(books: Books) -> None:
    async with served_with(books, QUICK, MostStreams(of_a_client=2, of_an_organisation=3)) as served:
        one, other = await served.token("x"), await served.token("z")
        async with AsyncExitStack() as stack:
            await followers(served, stack, one, 2)
            async with served.stream(CHANGED, one) as third:
                assert (await third.next())["errors"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
            await followers(served, stack, other, 1)
            async with served.stream(CHANGED, other) as fourth:
                assert (await fourth.next())["errors"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
        await until(lambda: not served.hub._rooms)
        async with AsyncExitStack() as stack:
            await followers(served, stack, one, 2)


async def test_a_client_has_so_many_connections_though_nothing_is_followed_on_them(books: Books) -> None:
    async with served_with(books, QUICK, MostStreams(of_a_client=2)) as served:
        secret = await served.token("x")
        for _ in range(2):
            async with served.socket(secret), served.socket(secret), served.socket() as third:
                await third.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {secret}"}})
                assert await closed(third) == 4429
            await until(lambda: not served.hub._connections)


async def test_a_stream_costs_what_a_query_costs_for_each_event(books: Books) -> None:
    """Two points to begin, for the event and its subscription, and two for each event; then it waits for a second."""
    allowance = Allowance(budget=LocalBudget(Bucket(1_000, 1_000), Bucket(4, 2)))
    document = "subscription { subscriptionChanged { resumeToken subscription { quantity } } }"
    served = served_with(books, QUICK, MostStreams(), allowance=allowance)
    async with served as found, found.stream(document, await found.token("x")) as stream:
        begun = await stream.next()
        assert begun["extensions"]["cost"]["requested"] == 2
        started = monotonic()
        for quantity in (6, 7, 8, 9):
            await change(found, "x", quantity)
        for _ in range(4):
            await stream.told()
        assert 2 <= monotonic() - started < 6


async def test_what_costs_too_much_is_not_followed(books: Books) -> None:
    served = served_with(books, QUICK, MostStreams(), allowance=Allowance(most_cost=2))
    async with served as found, found.stream(CHANGED, await found.token("x")) as stream:
        assert (await stream.next())["errors"][0]["extensions"]["code"] == "TOO_COSTLY"
        assert await stream.event() == ("complete", None)


def large_document() -> str:
    """Some ten kilobytes for each event, so that a socket's buffers fill soon."""
    return "subscription { subscriptionChanged { " + " ".join(f"a{n}: resumeToken" for n in range(39)) + " } }"


async def test_a_reader_that_does_not_read_is_cut_off(books: Books) -> None:
    """It keeps neither its seat nor what it was not sent."""
    async with served_with(books, QUICK, MostStreams()) as served:
        secret = await served.token("x")
        body = f'{{"query": "{large_document()}"}}'.encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nAccept: text/event-stream\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        mute = sockets.socket()
        mute.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        mute.connect(("127.0.0.1", served.port))
        mute.sendall(head.encode() + body)
        await until(lambda: bool(served.hub._rooms))
        async with asyncio.timeout(60):
            while served.hub._rooms:
                x = [subscription(books, "x")] * 50
                await tell(books.staff, *x, topic=Topic.SUBSCRIPTION_CHANGED)
        mute.close()


async def test_a_socket_that_does_not_read_is_cut_off(books: Books) -> None:
    async with served_with(books, QUICK, MostStreams()) as served, served.socket(await served.token("x")) as socket:
        await socket.subscribe(large_document())
        await socket.told()
        socket.connection.transport.pause_reading()
        async with asyncio.timeout(60):
            while served.hub._rooms:
                x = [subscription(books, "x")] * 50
                await tell(books.staff, *x, topic=Topic.SUBSCRIPTION_CHANGED)
        socket.connection.transport.abort()


async def test_a_process_that_ends_ends_its_streams_so_that_they_are_resumed_elsewhere(books: Books) -> None:
    """Without `complete`, by which a client would know that all is said; and a socket with a code that is no fault."""
    secret = ""
    async with served_with(books, QUICK, MostStreams()) as served:
        secret = await served.token("x")
        async with served.stream(CHANGED, secret) as stream, served.socket(secret) as socket:
            token = (await stream.told())["resumeToken"]
            await socket.subscribe(CHANGED)
            await socket.told()
            started = monotonic()
            served.stop.set()
            assert await stream.event() is None
            with pytest.raises(ConnectionClosed) as ended:
                await socket.message()
            assert ended.value.rcvd is not None
            assert ended.value.rcvd.code == 1012
            assert monotonic() - started < 5
    await change(served, "x", 7)
    another = served_with(books, QUICK, MostStreams())
    async with another as found, found.stream(CHANGED, secret, variables={"after": token}) as stream:
        await stream.told()
        assert (await stream.told())["subscription"]["quantity"] == "7"


async def test_a_long_silence_brings_a_token_so_that_none_grows_old(books: Books) -> None:
    pace = Pace(look=0.05, recognise=60, silence=0.3)
    async with (
        served_with(books, pace, MostStreams()) as served,
        served.stream(CHANGED, await served.token("x")) as one,
    ):
        begun, again = await one.told(), await one.told()
        assert begun["resumeToken"] != again["resumeToken"]
        assert again["subscription"] is None
        await change(served, "x", 7)
        told = await one.told()
        while told["subscription"] is None:
            told = await one.told()
        assert told["subscription"]["quantity"] == "7"
