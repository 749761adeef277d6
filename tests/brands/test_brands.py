"""Before anybody signs in, a host shows its account's brand, and nothing of anybody else (A12, A27 to A29, W10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bss.brands.add_host import AddHost, add_host
from bss.brands.remove_host import RemoveHost, remove_host
from bss.identifier import Kind, private
from bss.refusal import Conflict, InvalidInput, NotFound
from server.http.application import application
from tests.contracts.documents import logo_png
from tests.schema.books import OPENED, Books, open_books


def host(account: str, name: str, books: Books) -> AddHost:
    return AddHost(private(Kind.ACCOUNT, books.ids[account]), name)


@pytest_asyncio.fixture
async def anyone(books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whom nobody knows."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(books.clock))) as client:
        yield client


async def shown(anyone: httpx.AsyncClient, name: str) -> Any:
    answer = await anyone.get(f"https://{name}/brand")
    return answer.json() if answer.status_code == 200 else answer.status_code


async def test_each_host_shows_the_brand_of_its_own_account(anyone: httpx.AsyncClient, books: Books) -> None:
    await add_host(books.staff, host("root", "cloud.example", books), now=OPENED)
    await add_host(books.staff, host("lite", "lite.example", books), now=OPENED)
    look = {"name": "Lite & Sons", "colour": "#0b5c7a", "accent": "#8a1538", "logo": logo_png()}
    await books.make("setBrand", {"accountId": books.ids["lite"], **look})
    assert await shown(anyone, "cloud.example") == {"name": "Cloud", "colour": None, "accent": None, "logo": None}
    found = await shown(anyone, "lite.example")
    assert (found["name"], found["colour"], found["accent"]) == ("Lite & Sons", "#0b5c7a", "#8a1538")
    logo = await anyone.get(f"https://lite.example{found['logo']}")
    assert (logo.status_code, logo.headers["content-type"]) == (200, "image/png")
    assert logo.content.startswith(b"\x89PNG")
    assert (await anyone.get("https://cloud.example/brand/logo")).status_code == 404


async def test_a_host_is_found_whatever_the_port_and_the_size_of_its_letters(
    anyone: httpx.AsyncClient, books: Books
) -> None:
    await add_host(books.staff, host("root", "cloud.example", books), now=OPENED)
    for given in ("cloud.example:8443", "CLOUD.Example", "Cloud.example:443"):
        answer = await anyone.get("https://cloud.example/brand", headers={"Host": given})
        assert answer.status_code == 200, given
    forwarded = {"Host": "other.example", "X-Forwarded-Host": "cloud.example", "Forwarded": "host=cloud.example"}
    assert (await anyone.get("https://other.example/brand", headers=forwarded)).status_code == 404


async def test_no_answer_before_sign_in_names_the_product_or_another_seller(
    anyone: httpx.AsyncClient, books: Books
) -> None:
    await add_host(books.staff, host("lite", "lite.example", books), now=OPENED)
    paths = [route.path for route in application(books.clock).routes]  # type: ignore[attr-defined]
    assert len(paths) > 10
    for path in [*paths, "/nothing/of/the/kind"]:
        for method in ("GET", "POST", "PUT"):
            for name in ("lite.example", "unknown.example"):
                answer = await anyone.request(method, f"https://{name}{path}")
                everything = f"{answer.headers} {answer.text}".lower()
                assert not [word for word in ("bss", "cloud", "billing", "uvicorn") if word in everything], path


async def test_a_host_that_is_taken_is_refused_without_saying_whose_it_is(database: object, books: Books) -> None:
    other = await open_books("another")
    await add_host(books.staff, host("lite", "lite.example", books), now=OPENED)
    said = []
    for asking in (books, other):
        with pytest.raises(Conflict) as refused:
            await add_host(asking.staff, host("root", "lite.example", asking), now=OPENED)
        said.append(refused.value.message)
    assert said == ["This host is taken."] * 2
    with pytest.raises(NotFound):
        await remove_host(other.staff, RemoveHost("lite.example"), now=OPENED)
    await remove_host(books.staff, RemoveHost("lite.example"), now=OPENED)
    await add_host(other.staff, host("root", "lite.example", other), now=OPENED)


@pytest.mark.parametrize(
    "name",
    ["", "localhost", "Shop.example", "shop.example:80", "-a.example", "a..example", "10.0.0.1", "a/b.example", "é.eu"],
)
async def test_what_is_no_host_is_not_added(books: Books, name: str) -> None:
    with pytest.raises(InvalidInput):
        await add_host(books.staff, host("root", name, books), now=OPENED)


async def test_a_brand_is_set_by_those_who_sell_there_and_can_be_read(books: Books) -> None:
    partner = books.as_role("partner_admin", "lite")
    given = {"accountId": books.ids["lite"], "name": "Lite"}
    made = await books.call("setBrand", given, viewer=partner, show="... on Brand { name logo }")
    assert (made["name"], made["logo"]) == ("Lite", None)
    again = await books.call("setBrand", {**given, "logo": logo_png()}, viewer=partner)
    kept = await books.call("setBrand", {**given, "name": "L"}, viewer=partner, show="... on Brand { name logo }")
    assert (again["id"], kept["id"], kept["name"]) == (made["id"], made["id"], "L")
    assert kept["logo"]
    pale = await books.call("setBrand", {**given, "colour": "#ffff00", "accent": "red; }", "name": ""}, viewer=partner)
    assert [each["path"] for each in pale["problems"]] == [["name"], ["colour"], ["accent"]]
    beside = await books.call("setBrand", {"accountId": books.ids["z"], "name": "Z"}, viewer=partner)
    assert beside["code"] == "NOT_FOUND"


async def test_a_host_belongs_to_the_installation_s_operator_to_give(books: Books) -> None:
    """No organisation takes a name by itself: there is no mutation for it."""
    body = await books.ask('{ __type(name: "Mutation") { fields { name } } }')
    names = {field["name"] for field in body["data"]["__type"]["fields"]}
    assert "setBrand" in names
    assert not {"addHost", "removeHost"} & names
