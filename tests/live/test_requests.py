"""However a subscription is asked for, it is the same request with the same answers as every other one."""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from bss.feed import queries
from bss.viewer import Viewer
from schema.asking import Asking
from schema.execution import schema
from server.live.hub import Caller
from tests.live.conftest import QUICK
from tests.live.serving import EVENTS, Served, Stream, opened, serving, the_field
from tests.live.test_streams import CHANGED, change
from tests.schema.books import Books
from tests.schema.both_ways import REFERENCE

NAME = hashlib.sha256(CHANGED.encode()).hexdigest()


async def test_a_stored_document_is_followed_by_its_name(books: Books) -> None:
    async with opened(books, pace=QUICK, stored={NAME: CHANGED}) as shop, serving(shop) as served:
        secret = await served.token("x")
        async with served.stream("", secret, documentId=NAME) as stream:
            await stream.told()
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": NAME}}
        async with served.socket(secret) as socket:
            await socket.subscribe(None, extensions=persisted)
            await socket.told()
        async with served.stream("", secret, documentId="0" * 64) as stream:
            await stream.response.aread()
            assert stream.response.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_browser_s_event_source_asks_by_get(served: Served) -> None:
    headers = {"Authorization": f"Bearer {await served.token('x')}"}
    asked = {"query": CHANGED, "variables": json.dumps({"after": None})}
    async with httpx.AsyncClient(base_url=served.address, headers=headers, timeout=20) as client:
        async with client.stream("GET", "/graphql", params=asked, headers=EVENTS) as response:
            stream = Stream(response)
            await stream.told()
            await change(served, "x", 7)
            assert (await stream.told())["subscription"]["quantity"] == "7"
        in_one_piece = await client.get("/graphql", params=asked)
        assert in_one_piece.json()["errors"][0]["extensions"]["code"] == "NOT_FOLLOWED"
        mutation = {"query": "mutation { __typename }"}
        async with client.stream("GET", "/graphql", params=mutation, headers=EVENTS) as response:
            assert "errors" in await Stream(response).next()


async def test_what_fails_in_a_stream_is_masked(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise OSError("the name of a table")

    async with served.stream(CHANGED, await served.token("x")) as stream:
        await stream.told()
        monkeypatch.setattr(queries, "_read", broken)
        await change(served, "x", 7)
        answer = await stream.next()
        assert answer["errors"][0]["extensions"]["code"] == "FAULT"
        assert "table" not in json.dumps(answer)
        assert await stream.event() == ("complete", None)


async def test_two_processes_tell_each_event_once(books: Books) -> None:
    """One of them gives the positions; the other one's followers hear of it as well."""
    async with (
        opened(books, pace=QUICK) as one,
        opened(books, pace=QUICK) as other,
        serving(one) as first,
        serving(other) as second,
    ):
        secret = await first.token("x")
        async with first.stream(CHANGED, secret) as here, second.stream(CHANGED, secret) as there:
            for stream in (here, there):
                await stream.told()
            for quantity in ("6", "7", "8"):
                await change(first, "x", int(quantity))
                for stream in (here, there):
                    assert (await stream.told())["subscription"]["quantity"] == quantity


async def test_a_token_of_one_process_is_read_by_another(books: Books) -> None:
    async with opened(books, pace=QUICK) as one, serving(one) as first:
        secret = await first.token("x")
        async with first.stream(CHANGED, secret) as stream:
            token = (await stream.told())["resumeToken"]
    async with opened(books, pace=QUICK) as other, serving(other) as second:
        await change(second, "x", 7)
        async with second.stream(CHANGED, secret, variables={"after": token}) as stream:
            await stream.told()
            assert (await stream.told())["subscription"]["quantity"] == "7"


async def test_both_executors_tell_the_same(served: Served) -> None:
    """What a plan reads of an event's object is what the reference executor reads."""
    books = served.books

    async def staff() -> Viewer:
        return books.staff

    def asking() -> Asking:
        live = Caller(served.hub, "staff", books.staff, staff)
        return Asking(books.staff, books.clock, live=live)

    async def told(executed: Any, after: str | None, many: int) -> list[dict[str, Any]]:
        results = await executed.stream(CHANGED, variable_values={"after": after}, context_value=asking())
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(20), aclosing(results):
            async for result in results:
                found.append(the_field({"data": result.data, **({"errors": result.errors} if result.errors else {})}))
                if len(found) == many:
                    break
        return found

    (begun,) = await told(schema, None, 1)
    await change(served, "x", 7)
    await change(served, "z", 8)
    by_plan, by_reference = [await told(each, begun["resumeToken"], 3) for each in (schema, REFERENCE)]
    assert [list(each) for each in by_plan] == [list(each) for each in by_reference]
    for each in (*by_plan, *by_reference):
        del each["resumeToken"]
    assert by_plan == by_reference
    assert [each["subscription"] and each["subscription"]["quantity"] for each in by_plan] == [None, "7", "8"]
