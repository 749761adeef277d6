"""A page of another site changes nothing with somebody's cookie (API8 of the OWASP list; CSRF)."""

from __future__ import annotations

import pytest

from tests.signing.browser import WHO
from tests.signing.shop import HOST, Shop

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = b'{"query": "{ accounts { edges { node { name } } } }"}'


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin", **JSON}, True),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json; charset=utf-8"}, True),
        ({"Origin": f"https://{HOST}", **JSON}, True),
        ({"Sec-Fetch-Site": "cross-site", **JSON}, False),
        ({"Sec-Fetch-Site": "same-site", **JSON}, False),
        ({"Sec-Fetch-Site": "none", **JSON}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": f"https://{HOST}", **JSON}, False),
        ({"Origin": "https://evil.example", **JSON}, False),
        ({"Origin": f"https://{HOST}.evil.example", **JSON}, False),
        ({"Origin": f"https://evil.example/{HOST}", **JSON}, False),
        ({"Origin": "null", **JSON}, False),
        (JSON, False),
        ({"Sec-Fetch-Site": "same-origin", **FORM}, False),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
    ],
)
async def test_a_request_by_cookie_passes_from_our_own_page_only(
    shop: Shop, headers: dict[str, str], passes: bool
) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    answer = await xander.send("POST", "/graphql", content=BODY, headers=headers)
    if passes:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "CROSS_SITE"


@pytest.mark.parametrize("path", ["/sign-out", "/graphql", "/issuers/iss_x.preview.pdf", "/nowhere"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_way_of_changing_something_has_the_gate(shop: Shop, path: str, method: str) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    answer = await xander.send(method, path, content=b"{}", headers={"Sec-Fetch-Site": "cross-site", **JSON})
    assert answer.status_code == 403
    assert await xander.seen() == ["X"]


async def test_a_file_is_uploaded_with_a_header_that_no_form_can_send(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "owner"))
    path = f"/accounts/{shop.books.ids['x']}/documents?name=a.txt"
    plain = {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}
    assert (await xander.send("POST", path, content=b"a", headers=plain)).status_code == 403
    keyed = {**plain, "Idempotency-Key": "one"}
    assert (await xander.send("POST", path, content=b"a", headers=keyed)).status_code == 201


async def test_who_sends_a_token_is_not_asked_where_from(shop: Shop) -> None:
    membership = await shop.member("x", "billing_viewer")
    shown = "... on CreatedToken { secret }"
    token = (await shop.books.make("createToken", {"membershipId": membership, "name": "t"}, show=shown))["secret"]
    xander = await shop.signed_in(membership)
    headers = {"Sec-Fetch-Site": "cross-site", "Authorization": f"Bearer {token}"}
    assert (await xander.post("/graphql", WHO, headers)).status_code == 200


async def test_who_has_no_cookie_is_told_that_they_are_nobody(shop: Shop) -> None:
    answer = await shop.browser().post("/graphql", WHO, {"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
