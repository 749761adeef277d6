"""Following over a WebSocket by graphql-transport-ws: the same, with a first message that says who it is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.http.recognise import COOKIE
from tests.live.serving import Served, Socket
from tests.live.test_streams import CHANGED, change

FORBIDDEN = 4403


async def closed(socket: Socket) -> int:
    """The code with which the server closes."""
    async with asyncio.timeout(20):
        await socket.connection.wait_closed()
    assert socket.connection.close_code is not None
    return socket.connection.close_code


async def refused(socket: Socket) -> bool:
    """Whether the last operation was refused: by an error, or by the end of the connection."""
    with suppress(ConnectionClosed):
        return (await socket.message())["type"] == "error"
    return await closed(socket) == 4400


async def test_a_change_is_told_and_whoever_comes_again_misses_nothing(served: Served) -> None:
    secret = await served.token("x")
    async with served.socket(secret) as socket:
        await socket.subscribe(CHANGED)
        token = (await socket.told())["resumeToken"]
        await change(served, "x", 6)
        assert (await socket.told())["subscription"]["quantity"] == "6"
    await change(served, "x", 7)
    async with served.socket(secret) as socket:
        await socket.subscribe(CHANGED, variables={"after": token})
        await socket.told()
        assert [(await socket.told())["subscription"]["quantity"] for _ in range(2)] == ["7", "7"]


async def test_several_streams_share_a_connection_and_nothing_else(served: Served) -> None:
    usage = "subscription { usageRolledUp { resumeToken } }"
    async with served.socket(await served.token("x")) as socket:
        operations = {await socket.subscribe(CHANGED), await socket.subscribe(usage), await socket.subscribe(CHANGED)}
        begun = [await socket.message() for _ in operations]
        assert {message["id"] for message in begun} == operations
        await change(served, "x", 6)
        told = [await socket.message() for _ in range(2)]
        assert {message["payload"]["data"]["subscriptionChanged"]["subscription"]["quantity"] for message in told} == {
            "6"
        }
        await socket.send({"type": "complete", "id": told[0]["id"]})
        await asyncio.sleep(0.2)
        await change(served, "x", 7)
        assert (await socket.message())["id"] == told[1]["id"]
        await socket.send({"type": "ping"})
        assert await socket.message() == {"type": "pong"}


@pytest.mark.parametrize(
    "said", [None, {}, {"Authorization": "Bearer bss_guessed"}, {"Authorization": 5}, {"Authorization": "Basic é"}]
)
async def test_nobody_is_told_nothing(served: Served, said: Any) -> None:
    async with served.socket() as socket:
        await socket.send({"type": "connection_init", **({} if said is None else {"payload": said})})
        assert await closed(socket) == FORBIDDEN


async def test_a_handshake_may_bring_the_token_itself(served: Served) -> None:
    headers = {"Authorization": f"Bearer {await served.token('x')}"}
    async with served.socket(additional_headers=headers) as socket:
        assert await socket.begin() == {"type": "connection_ack"}
        await socket.subscribe(CHANGED)
        await socket.told()


async def test_nothing_is_taken_before_it_is_known_who_asks(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe(CHANGED)
        assert await closed(socket) == 4401


@pytest.mark.parametrize(
    "text",
    [
        *("5", "[]", "null", '"x"', "{", "{}", '{"type": "nonsense"}', '{"type": "connection_init", "payload": 5}'),
        *('{"type": "subscribe"}', '{"type": "subscribe", "id": []}', '{"type": "complete", "id": {}}'),
        '{"type": "subscribe", "id": "1"}',
    ],
)
async def test_what_is_no_message_ends_the_connection_and_nothing_else(served: Served, text: str) -> None:
    async with served.socket(await served.token("x")) as socket:
        await socket.connection.send(text)
        if text != '{"type": "subscribe", "id": "1"}':
            assert 4400 <= await closed(socket) < 4500


@pytest.mark.parametrize("payload", [5, {"query": 5}, {"query": "x" * 20_001}, {"variables": []}])
async def test_what_is_no_request_is_refused(served: Served, payload: Any) -> None:
    async with served.socket(await served.token("x")) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": payload})
        assert await refused(socket)


async def test_a_socket_takes_subscriptions_and_nothing_that_changes_anything(served: Served) -> None:
    async with served.socket(await served.token("x")) as socket:
        for document in ("mutation { __typename }", "{ organisation { name } }"):
            identifier = await socket.subscribe(document)
            message = await socket.message()
            assert (message["id"], message["type"]) == (identifier, "error")


async def test_a_stored_document_may_be_named(served: Served) -> None:
    async with served.socket(await served.token("x")) as socket:
        await socket.subscribe(None, documentId="0" * 64)
        message = await socket.message()
        assert message["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


ALIASES = "subscription { subscriptionChanged { " + " ".join(f"a{n}: resumeToken" for n in range(41)) + " } }"
DEEP = "subscription { subscriptionChanged { subscription { account { " + "parent { " * 14 + "name" + " }" * 18


@pytest.mark.parametrize("document", ["subscription { nothing }", ALIASES, DEEP, "subscription { a: " * 3])
async def test_the_limits_of_documents_hold_for_streams(served: Served, document: str) -> None:
    secret = await served.token("x")
    async with served.stream(document, secret) as stream:
        assert len((await stream.next())["errors"]) >= 1
        assert await stream.event() == ("complete", None)
    async with served.socket(secret) as socket:
        await socket.subscribe(document)
        assert await refused(socket)


async def test_another_protocol_is_not_spoken(served: Served) -> None:
    protocols: Any = ["graphql-ws"]
    async with connect(f"ws://127.0.0.1:{served.port}/graphql", subprotocols=protocols) as connection:
        assert await closed(Socket(connection)) == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_page_of_another_site_opens_no_socket_by_a_cookie(served: Served, origin: str | None) -> None:
    headers = {"Cookie": f"{COOKIE}=whatever", **({} if origin is None else {"Origin": origin})}
    with pytest.raises(InvalidStatus) as refused:
        async with served.socket(additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403


async def test_a_page_of_another_site_may_bring_a_token(served: Served) -> None:
    """A browser does not add it by itself, and so nobody else's is used."""
    async with served.socket(await served.token("x"), additional_headers={"Origin": "https://tools.example"}) as socket:
        await socket.subscribe(CHANGED)
        await socket.told()
