"""The page for front ends does what it says: every block of it is run, in order, over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx

from schema.budget import OF_A_CLIENT, OF_AN_ORGANISATION, Allowance
from schema.local_budget import LocalBudget
from server.http.negotiation import GRAPHQL
from server.settings import load
from tests.live.serving import opened, serving
from tests.schema.books import Books
from tests.schema.test_documents import FOLDER
from tests.schema.test_http import token

PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+(?: \w+)?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, str]]:
    found = BLOCK.findall(PAGE)
    assert len(found) * 2 == PAGE.count("```")
    yield from found


def holds(answer: Any, expected: Any) -> bool:
    """Whether the answer says what is expected, and perhaps more beside it."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            name in answer and holds(answer[name], expected[name]) for name in expected
        )
    if isinstance(expected, list):
        return isinstance(answer, list) and len(answer) == len(expected) and all(map(holds, answer, expected))
    return bool(answer == expected)


async def test_every_block_of_the_page_is_true(books: Books) -> None:
    allowed = Allowance(budget=LocalBudget(OF_AN_ORGANISATION, OF_A_CLIENT))
    names = {name.upper(): identifier for name, identifier in books.ids.items()}
    names["SOLD"] = books.ids["of x"]
    secret = await token(books, "root", "owner")
    headers = {"Authorization": f"Bearer {secret}", "Accept": GRAPHQL}
    said: Any = None
    ran = 0
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(await stack.enter_async_context(opened(books, allowed))))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=served.address, headers=headers))
        stream: Any = None
        for kind, text in blocks():
            ran += 1
            if kind == "sh":
                names["DOCUMENT"] = (await _shell(text)).split()[0]
            elif kind == "json request":
                said = (await client.post("/graphql", json=_filled(text, names))).json()
            elif kind == "json follow":
                more = _filled(text, names)
                stream = await stack.enter_async_context(served.stream(more.pop("query"), secret, **more))
            elif kind == "json event":
                event = await stream.next()
                assert holds(event, json.loads(text)), (text, event)
                (told,) = event["data"].values()
                names.setdefault("TOKEN", told["resumeToken"])
            else:
                assert kind == "json answer"
                assert holds(said, json.loads(text)), (text, said)
    assert ran == 32


def _filled(text: str, names: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(re.sub(r"\$([A-Z]+)", lambda name: names[name[1]], text))
    return found


async def _shell(text: str) -> str:
    running = await asyncio.create_subprocess_shell(text, stdout=asyncio.subprocess.PIPE, cwd=FOLDER.parents[1])
    output, _ = await running.communicate()
    assert running.returncode == 0
    return output.decode()


def test_the_limits_of_the_page_are_the_limits() -> None:
    limits = load({}).limits
    said = f"may cost {limits.most_cost:,}, a client has {limits.client.holds:,} at once"
    said += f" and gets {limits.client.leaks_per_second:,} back each second, an organisation"
    said += f" {limits.organisation.holds:,} and {limits.organisation.leaks_per_second:,}"
    assert said in " ".join(PAGE.split())
