"""Hourly usage as a file: three kinds of product, one line for each hour of each resource."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from bss.metering.export import COLUMNS
from server.http.application import application
from tests.schema.books import Books
from tests.schema.test_http import token
from tests.schema.test_usage import use

JANUARY = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}


@pytest_asyncio.fixture
async def client(books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    transport = httpx.ASGITransport(application(books.clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss") as opened:
        yield opened


async def headers(books: Books, account: str, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {await token(books, account, role)}"}


def lines(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


async def a_machine(books: Books, account: str, kind: str, name: str, start: str) -> str:
    """A subscription to a product of this kind, priced and sold from a month on."""
    product = await books.make(
        "createProduct", {"ownerId": books.root, "code": kind, "name": name, "kind": kind.upper()}
    )
    given = {"productId": product["id"], "code": kind, "name": name, "unit": kind}
    offering = (await books.make("createOffering", given))["id"]
    books.ids[f"offering {kind}"] = offering
    flat = {"charge": "flat", "kind": "RECURRING", "description": "Flat", "model": {"perUnit": {"unit": "1"}}}
    # What is sold already keeps its price, or the version would be refused.
    sold = [books.ids[name] for name in ("seats", "offering vm", "offering vdc") if name in books.ids]
    prices = [{"offeringId": each, **flat} for each in sold]
    await books.make("publishPrices", {"priceListId": books.ids["direct"], "validFrom": start, "prices": prices})
    sale = {"accountId": books.ids[account], "offeringId": offering, "quantity": "1"}
    sale["startsAt"] = start
    return str((await books.make("createSubscription", sale))["id"])


async def test_every_hour_of_every_resource_is_a_line(books: Books, client: httpx.AsyncClient) -> None:
    await use(books, "x", "2026-01-05T10:30:00+00:00", 1, "3")
    await use(books, "z", "2026-01-05T10:00:00+00:00", 1, "1", "vm-9")
    response = await client.get("/usage.csv", params=JANUARY, headers=await headers(books, "root", "operations"))
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="usage.csv"'
    found = lines(response)
    assert tuple(found[0]) == COLUMNS
    first = {
        "account": "X",
        "subscription": books.ids["of x"],
        "offering": "Office seats",
        "kind": "xaas",
        "meter": "vcpu_hours",
        "resource": "vm-1",
        "hour": "2026-01-05T10:00:00Z",
        "quantity": "1.5",
        "unit": "vCPU-hour",
        "revision": "1",
    }
    assert found[0] == first
    assert [(line["account"], line["resource"], line["hour"], line["quantity"]) for line in found] == [
        ("X", "vm-1", "2026-01-05T10:00:00Z", "1.5"),
        ("X", "vm-1", "2026-01-05T11:00:00Z", "1.5"),
        ("Z", "vm-9", "2026-01-05T10:00:00Z", "1"),
    ]


async def test_a_customer_gets_its_own_hours_and_names_of_what_is_sold_above_it(
    books: Books, client: httpx.AsyncClient
) -> None:
    await use(books, "x", "2026-01-05T10:00:00+00:00", 1, "3")
    await use(books, "z", "2026-01-05T10:00:00+00:00", 1, "1")
    as_x = await headers(books, "x", "billing_viewer")
    found = lines(await client.get("/usage.csv", params=JANUARY, headers=as_x))
    assert [(line["account"], line["offering"], line["unit"]) for line in found] == [("X", "Office seats", "vCPU-hour")]
    of_lite = lines(
        await client.get(
            "/usage.csv",
            params={**JANUARY, "account": books.ids["lite"]},
            headers=await headers(books, "root", "operations"),
        )
    )
    assert of_lite == found
    foreign = await client.get("/usage.csv", params={**JANUARY, "account": books.ids["z"]}, headers=as_x)
    assert (foreign.status_code, foreign.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_each_kind_of_product_has_its_own_file(books: Books, client: httpx.AsyncClient) -> None:
    await use(books, "z", "2026-01-05T10:00:00+00:00", 1, "1")
    for kind, name, month in (("vm", "Machine", "02"), ("vdc", "Datacentre", "03")):
        books.ids["of z"] = await a_machine(books, "z", kind, name, f"2026-{month}-01T00:00:00+01:00")
        await use(books, "z", "2026-01-06T10:00:00+00:00", 1, "2", kind)
    staff = await headers(books, "root", "operations")
    for kind, name in (("vm", "Machine"), ("vdc", "Datacentre"), ("xaas", "Office seats")):
        found = lines(await client.get("/usage.csv", params={**JANUARY, "kind": kind}, headers=staff))
        assert [(line["kind"], line["offering"]) for line in found] == [(kind, name)]
    assert len(lines(await client.get("/usage.csv", params=JANUARY, headers=staff))) == 3


async def test_no_cell_is_a_formula(books: Books, client: httpx.AsyncClient) -> None:
    for resource in ("=1+1", "+1", "-1", "@SUM(A1)", 'a",b'):
        await use(books, "x", "2026-01-05T10:00:00+00:00", 1, "1", resource)
    found = lines(await client.get("/usage.csv", params=JANUARY, headers=await headers(books, "x", "billing_viewer")))
    assert sorted(line["resource"] for line in found) == sorted(["'=1+1", "'+1", "'-1", "'@SUM(A1)", 'a",b'])


async def test_a_bad_question_is_refused_before_a_line_is_sent(books: Books, client: httpx.AsyncClient) -> None:
    staff = await headers(books, "root", "operations")
    for changed in (
        {"from": "yesterday"},
        {"from": "2026-01-01T00:00:00"},
        {"to": "2026-01-01T00:00:00Z"},
        {"kind": "boat"},
        {"account": "sub_00000000000000000000000000"},
    ):
        response = await client.get("/usage.csv", params={**JANUARY, **changed}, headers=staff)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_INPUT")
    assert (await client.get("/usage.csv", params=JANUARY)).status_code == 401


async def test_an_empty_window_is_a_header(books: Books, client: httpx.AsyncClient) -> None:
    response = await client.get("/usage.csv", params=JANUARY, headers=await headers(books, "y", "billing_viewer"))
    assert response.text == ",".join(COLUMNS) + "\r\n"
