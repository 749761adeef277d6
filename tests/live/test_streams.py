"""Following by server-sent events: what happens is told, and whoever comes again misses nothing."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from tests.live.serving import Served, Stream

CHANGED = (
    "subscription($after: String) { subscriptionChanged(after: $after)"
    " { resumeToken recordedAt subscription { id quantity account { name } } } }"
)


async def change(served: Served, of: str, quantity: int) -> None:
    await served.books.make(
        "changeQuantity", {"subscriptionId": served.books.ids[f"of {of}"], "quantity": str(quantity)}
    )


async def quantities(stream: Stream, many: int) -> list[str]:
    return [(await stream.told())["subscription"]["quantity"] for _ in range(many)]


async def test_a_change_is_told_with_whatever_is_asked_of_it(served: Served) -> None:
    async with served.stream(CHANGED, await served.token("x", "billing_viewer")) as stream:
        assert stream.response.headers["content-type"] == "text/event-stream"
        begun = await stream.told()
        assert (begun["subscription"], begun["recordedAt"]) == (None, None)
        started = monotonic()
        await change(served, "x", 7)
        told = await stream.told()
        assert monotonic() - started < 1
        expected = {"id": served.books.ids["of x"], "quantity": "7", "account": None}
        assert {**told["subscription"], "account": None} == expected
        assert told["recordedAt"] == "2026-01-01T00:00:00Z"
        assert told["resumeToken"] != begun["resumeToken"]


async def test_whoever_comes_again_gets_what_happened_meanwhile(served: Served) -> None:
    secret = await served.token("lite")
    async with served.stream(CHANGED, secret) as stream:
        token = (await stream.told())["resumeToken"]
    for quantity in (6, 7, 8):
        await change(served, "x", quantity)
    async with served.stream(CHANGED, secret, variables={"after": token}) as stream:
        await stream.told()
        assert len(await quantities(stream, 1)) == 1
        token = (await stream.told())["resumeToken"]
    await change(served, "x", 9)
    async with served.stream(CHANGED, secret, variables={"after": token}) as stream:
        await stream.told()
        assert await quantities(stream, 2) == ["9", "9"]
        await change(served, "x", 10)
        assert await quantities(stream, 1) == ["10"]


async def test_nothing_of_others_is_told_and_no_token_says_how_much_there_was(served: Served) -> None:
    async with served.stream(CHANGED, await served.token("x")) as stream:
        first = (await stream.told())["resumeToken"]
        for quantity in (6, 7, 8):
            await change(served, "z", quantity)
        await change(served, "x", 9)
        told = await stream.told()
        assert told["subscription"]["id"] == served.books.ids["of x"]
        assert len(told["resumeToken"]) == len(first)
    async with (
        served.stream(CHANGED, await served.token("x")) as one,
        served.stream(CHANGED, await served.token("x")) as other,
    ):
        assert (await one.told())["resumeToken"] != (await other.told())["resumeToken"]


async def test_each_organisation_and_each_field_has_tokens_of_its_own(served: Served) -> None:
    secret = await served.token("root")
    async with served.stream(CHANGED, secret) as stream:
        token = (await stream.told())["resumeToken"]
    issued = "subscription($after: String) { invoiceIssued(after: $after) { resumeToken } }"
    for document, given in (
        (issued, token),
        (CHANGED, "nonsense"),
        (CHANGED, token[:-4] + "AAAA"),
        (CHANGED, "é" * 60),
        (CHANGED, ""),
    ):
        async with served.stream(document, secret, variables={"after": given}) as stream:
            error = (await stream.next())["errors"][0]
            assert error["extensions"] == {"code": "INVALID_INPUT", "input": ["after"]}
            assert await stream.event() == ("complete", None)


async def test_who_may_not_see_it_is_not_told(served: Served) -> None:
    linked = "subscription { syncStateChanged { resumeToken } }"
    async with served.stream(linked, await served.token("x")) as stream:
        assert (await stream.next())["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
        assert await stream.event() == ("complete", None)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bss_guessed"}])
async def test_nobody_is_told_nothing(served: Served, headers: dict[str, str]) -> None:
    async with served.stream(CHANGED, headers=headers) as stream:
        assert stream.response.status_code == 401


async def test_a_stream_in_silence_shows_that_it_lives(served: Served) -> None:
    async with served.stream(CHANGED, await served.token("x")) as stream:
        await stream.told()
        await asyncio.sleep(0.6)
        await change(served, "x", 7)
        await stream.told()
        assert stream.comments >= 3


async def test_a_query_may_be_answered_by_a_stream_and_a_subscription_may_not_be_without(served: Served) -> None:
    secret = await served.token("x")
    async with served.stream("{ organisation { name } }", secret) as stream:
        assert (await stream.next())["data"] == {"organisation": {"name": "Cloud"}}
        assert await stream.event() == ("complete", None)
    for accept in (
        "application/json",
        "application/graphql-response+json",
        "*/*",
        "application/json, text/event-stream",
    ):
        async with served.stream(CHANGED, secret, headers={"Accept": accept}) as stream:
            assert stream.response.status_code in (200, 400)
            await stream.response.aread()
            assert stream.response.json()["errors"][0]["extensions"]["code"] == "NOT_FOLLOWED"
