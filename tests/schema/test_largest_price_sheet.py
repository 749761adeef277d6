"""The largest price sheet that a request can hold, with three bad rows: told by line and column, at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest_asyncio

from bss.catalogue.price_sheet import COLUMNS
from server.http.application import application
from server.http.graphql import LARGEST_BODY
from tests.installation import Server
from tests.rows_by_table import database_of, rows_by_table
from tests.schema.books import Books
from tests.schema.test_http import token

IMPORT = (
    'mutation($input: ImportPricesInput!) { importPrices(input: $input, idempotencyKey: "largest") {'
    " __typename ... on Refusal { code problems { path message } } } }"
)


@pytest_asyncio.fixture
async def owner(books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token of the organisation's owner."""
    transport = httpx.ASGITransport(application(books.clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {await token(books, 'root', 'owner')}"
        client.headers["Content-Type"] = "application/json"
        yield client


def charge(number: int, *, offering: str = "seats", unit: str = "12") -> str:
    """The row of one of the charges of a seat: short, so that there are as many rows as there can be."""
    return f"{offering},,c{number},recurring,C,,per_unit,,,{unit},,,"


def request_of(books: Books, rows: list[str]) -> bytes:
    sheet = "\n".join([",".join(COLUMNS), *rows])
    given = {"priceListId": books.ids["direct"], "validFrom": "2026-03-01T00:00:00+01:00", "csv": sheet}
    return orjson.dumps({"query": IMPORT, "variables": {"input": given}})


def largest(books: Books) -> list[str]:
    """As many rows as fit into a request."""
    rows = [charge(100_000 + number) for number in range(LARGEST_BODY // (len(charge(100_000)) + len(r"\n")))]
    while (beyond := len(request_of(books, rows)) - LARGEST_BODY) > 0:
        del rows[-(beyond // len(rows[0]) + 1) :]
    return rows


async def test_three_bad_rows_of_the_largest_sheet_are_told_at_once_and_nothing_is_written(
    server: Server, books: Books, owner: httpx.AsyncClient
) -> None:
    """Line 17 holds no number, the middle an offering that only the database knows not to exist, and the last row has
    the charge of line 2 again.
    """
    rows = largest(books)
    assert len(rows) > 40_000
    middle, last = len(rows) // 2, len(rows) + 1
    rows[17 - 2] = charge(100_015, unit="ab")
    rows[middle - 2] = charge(100_000 + middle, offering="boats")
    rows[last - 2] = charge(100_000)
    body = request_of(books, rows)
    body += b" " * (LARGEST_BODY - len(body))
    name = await database_of(books.staff)
    before = await rows_by_table(server, name)
    response = await owner.post("/graphql", content=body)
    refused: dict[str, Any] = response.json()["data"]["importPrices"]
    assert (refused["__typename"], refused["code"]) == ("InvalidInput", "INVALID_INPUT")
    assert [(*problem["path"], problem["message"]) for problem in refused["problems"]] == [
        ("csv", "17", "unit", "Line 17, column unit: must be a string of digits, such as 0.05"),
        ("csv", str(middle), "offering", f"Line {middle}, column offering: There is no such offering."),
        ("csv", str(last), "charge", f"Line {last}, column charge: Line 2 has this charge of this offering already."),
    ]
    assert await rows_by_table(server, name) == before
    assert (await owner.post("/graphql", content=body + b" ")).status_code == 413
