"""What lower administrators, hostile providers, strangers and bad moments make of a sign-in: nothing."""

from __future__ import annotations

import asyncio
import logging
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
import redis

from bss.identifier import Kind, private
from bss.providers import sign_in as coming_in
from bss.providers.add_provider import AddProvider
from bss.providers.queries import Trusted
from bss.transaction.begin import begin, reading
from bss.transaction.command import Outcome
from server.egress import client as egress
from server.identity.relying_party import Question
from tests.schema.books import OPENED
from tests.signing.browser import WHO
from tests.signing.forgetful import Forgetful
from tests.signing.houses import LENA, Houses, terms
from tests.signing.provider import SECRET, Lies, redirected

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def member(houses: Houses, name: str = "Lena") -> tuple[str, str]:
    """The ids of somebody who signed in, and of what they are signed in as."""
    found = "{ sessions { edges { node { membershipId person { id name } } } } }"
    nodes = [edge["node"] for edge in (await houses.shop.books.data(found))["sessions"]["edges"]]
    node = next(node for node in nodes if node["person"]["name"] == name)
    return node["person"]["id"], node["membershipId"]


async def told(houses: Houses, token: str) -> Any:
    place = f"/sign-in/{houses.lite.id}/logout"
    return await houses.lite.browser().send("POST", place, content=f"logout_token={token}", headers=FORM)


async def test_a_provider_vouches_for_nothing_but_its_rules(houses: Houses) -> None:
    """Whoever runs Lite's provider is not admin by it, though staff made somebody so whom it knows."""
    books = houses.shop.books
    lena = await houses.lite.signed_in()
    person, _ = await member(houses)
    for account in ("root", "lite"):
        await books.make("addMembership", {"personId": person, "accountId": books.ids[account], "role": "admin"})
    given = {"providerId": houses.lite.id, **terms(houses.shop, "lite.example", [])}
    await books.make("updateIdentityProvider", given)
    assert (await houses.lite.came_back(houses.lite.browser())).status_code == 403
    assert await lena.seen() == 401


async def test_an_account_has_one_provider_of_an_issuer(houses: Houses) -> None:
    """Two would give and take what the other gave: the people are the same."""
    given = {"accountId": houses.shop.books.ids["lite"], "issuer": houses.lite.provider.issuer}
    again = given | terms(houses.shop, "lite.example", [])
    result = await houses.shop.books.call("addIdentityProvider", again)
    assert (result["code"], result["path"]) == ("CONFLICT", ["issuer"])
    await houses.shop.books.make("retireIdentityProvider", {"providerId": houses.lite.id})
    await houses.shop.books.make("addIdentityProvider", again)


async def test_tokens_end_with_the_provider_by_whose_groups_they_were_had(houses: Houses) -> None:
    books = houses.shop.books
    await houses.lite.signed_in()
    _, membership = await member(houses)
    given = {"membershipId": membership, "name": "a script"}
    secret = (await books.make("createToken", given, show="... on CreatedToken { secret }"))["secret"]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await houses.lite.browser().post("/graphql", WHO, bearer)).status_code == 200
    await books.make("retireIdentityProvider", {"providerId": houses.lite.id})
    assert (await houses.lite.browser().post("/graphql", WHO, bearer)).status_code == 401


async def test_who_came_by_lite_has_nothing_at_y_when_y_leaves_lite(houses: Houses) -> None:
    books = houses.shop.books
    given = terms(houses.shop, "lite.example", [("sales", "client_admin", "y")])
    await books.make("updateIdentityProvider", {"providerId": houses.lite.id, **given})
    lena = await houses.lite.signed_in()
    assert await lena.seen() == ["Y"]
    await books.make("moveAccount", {"accountId": books.ids["y"], "newParentId": books.root})
    assert await lena.seen() == 401


async def test_what_a_group_gives_is_changed_by_its_rule_and_not_by_hand(houses: Houses) -> None:
    await houses.cloud.signed_in()
    _, membership = await member(houses, "Anna")
    for role in ("support", "owner"):
        result = await houses.shop.books.call("assignRole", {"membershipId": membership, "role": role})
        assert (result["code"], result["path"]) == ("WRONG_STATE", ["membershipId"])


async def test_somebody_s_two_first_sign_ins_at_once_are_one_person(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = coming_in._newcomer

    async def slow(*parts: Any) -> Any:
        await asyncio.sleep(0.3)  # without a lock both have looked by then, and found nobody
        return await newcomer(*parts)

    monkeypatch.setattr(coming_in, "_newcomer", slow)
    browsers = [houses.lite.browser() for _ in range(2)]
    backs = [await houses.lite.provider.visited(await houses.lite.set_out(each)) for each in browsers]
    answers = await asyncio.gather(*(each.open(back) for each, back in zip(browsers, backs, strict=True)))
    assert [answer.status_code for answer in answers] == [303, 303]
    async with reading(houses.shop.books.staff) as tx:
        assert await tx.connection.fetchval("SELECT count(*) FROM person WHERE name = 'Lena'") == 1


async def test_what_is_ended_by_hand_at_this_very_moment_is_not_given_again(houses: Houses) -> None:
    await houses.lite.signed_in()
    _, membership = await member(houses)
    browser = houses.lite.browser()
    back = await houses.lite.provider.visited(await houses.lite.set_out(browser))
    go = asyncio.Event()

    async def come() -> Any:
        await go.wait()
        return await browser.open(back)

    coming = asyncio.create_task(come())
    async with begin(houses.shop.books.staff) as tx:
        ended = private(Kind.MEMBERSHIP, membership), OPENED
        await tx.connection.execute("UPDATE membership SET ended_at = $2 WHERE id = $1", *ended)
        go.set()
        await asyncio.sleep(0.5)  # it waits for us by now
    assert ((await coming).status_code, await browser.seen()) == (403, 401)


async def test_strangers_make_few_calls_and_leave_nothing_behind(houses: Houses, forgetful: Forgetful) -> None:
    forgetful.flush()
    provider = houses.lite.provider
    for _ in range(20):
        await houses.lite.browser().open(f"/sign-in/{houses.lite.id}?next=/{'a' * 1_990}")
    assert list(redis.Redis.from_url(forgetful.url).scan_iter()) == []
    houses.shop.books.clock.move_to(OPENED + timedelta(seconds=31))
    head = urlsafe_b64encode(orjson.dumps({"alg": "ES256", "kid": "made up"})).decode().rstrip("=")
    await asyncio.gather(*(told(houses, f"{head}.e30.AAAA") for _ in range(20)))
    assert provider.asked == ["keys", "keys"]


async def test_a_provider_in_trouble_is_left_alone_for_a_moment(houses: Houses) -> None:
    asked: list[None] = []

    def described(said: dict[str, Any]) -> None:
        asked.append(None)
        said["issuer"] = "https://accounts.example"

    houses.lite.provider.lies.described = described
    for _ in range(20):
        assert (await houses.lite.browser().open(f"/sign-in/{houses.lite.id}")).status_code == 502
    assert len(asked) == 1
    houses.lite.provider.lies = Lies()
    houses.shop.books.clock.move_to(OPENED + timedelta(seconds=10))
    await houses.lite.signed_in()


async def test_a_logout_token_that_comes_again_ends_no_later_session(houses: Houses) -> None:
    earlier = await houses.lite.signed_in()
    token = houses.lite.provider.logout_token()
    assert (await told(houses, token)).status_code == 200
    later = await houses.lite.signed_in()
    assert (await told(houses, token)).status_code == 200
    assert (await earlier.seen(), await later.seen() != 401) == (401, True)


async def test_that_an_address_is_verified_is_said_of_that_address(houses: Houses) -> None:
    provider = houses.lite.provider
    provider.apart = True
    provider.present = LENA | {"email": "eve@elsewhere.example"}
    provider.lies.claims = lambda claims: claims.update(email="lena@lite.example")
    assert (await houses.lite.came_back(houses.lite.browser())).status_code == 403


DESCRIBED: list[dict[str, Any]] = [
    *({name: "https://["} for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")),
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "https://é.example/"},
    {"jwks_uri": "https://a.example:99999/"},
]
ANSWERED = (
    *('{"access_token":"x","expires_in":1e400}', "[" * 200_000, "[]", "null", '"error"', '{"error":{"a":1}}'),
    *('{"access_token":"x","expires_in":[1]}', '{"error":"x","error_description":{"a":1}}', '{"id_token":7}'),
)


async def test_a_provider_that_says_strange_things_is_a_provider_in_trouble(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, now = houses.shop.books.clock, OPENED
    for change in DESCRIBED:
        clock.move_to(now := now + timedelta(minutes=11))
        houses.lite.provider.lies.described = lambda said, change=change: said.update(change)  # type: ignore[misc]
        assert (await houses.lite.browser().open(f"/sign-in/{houses.lite.id}")).status_code == 502, change
    houses.lite.provider.lies = Lies()
    clock.move_to(now + timedelta(minutes=11))
    for body in ANSWERED:
        await answered_for_a_code(houses, monkeypatch, body, 200)


async def answered_for_a_code(houses: Houses, monkeypatch: pytest.MonkeyPatch, body: str, status: int) -> None:
    honest = egress._Pinned.handle_async_request

    async def strange(self: Any, request: httpx2.Request) -> httpx2.Response:
        if request.url.path != "/token":
            return await honest(self, request)
        headers = {"Content-Type": "application/json"}
        return httpx2.Response(status, headers=headers, content=body.encode(), request=request)

    with monkeypatch.context() as patch:
        patch.setattr(egress._Pinned, "handle_async_request", strange)
        assert (await houses.lite.came_back(houses.lite.browser())).status_code == 502, body[:40]


async def test_a_provider_writes_no_lines_of_our_log(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"error": "invalid_grant", "error_description": "x\nWARNING root: owner signed in" + "y" * 9_000}
    with caplog.at_level(logging.WARNING, "server.http.sign_in"):
        await answered_for_a_code(houses, monkeypatch, orjson.dumps(said).decode(), 400)
    (line,) = [record.getMessage() for record in caplog.records if "no sign-in" in record.getMessage()]
    assert "\n" not in line
    assert len(line) < 500


async def test_garbage_is_refused_and_is_no_fault(houses: Houses) -> None:
    heads = (
        b"[]",
        b"null",
        b'"alg"',
        b"1",
        b'{"alg":1}',
        b'{"alg":"ES256","kid":{}}',
        b'{"alg":["ES256"]}',
        b"[" * 6_000,
    )
    for head in heads:
        raw = f"{urlsafe_b64encode(head).decode().rstrip('=')}.e30.AAAA"
        assert (await told(houses, raw)).status_code == 400, head
        bearer = {"Authorization": f"Bearer {raw}"}
        assert (await houses.lite.browser().post("/graphql", WHO, bearer)).status_code == 401, head
    for claims in ({"sub": "a\0"}, {"sid": "a\0"}, {"jti": "\n"}):
        assert (await told(houses, houses.lite.provider.logout_token(**claims))).status_code == 400
    lena = await houses.lite.signed_in()
    for origin in ("https://[", "[", "null"):
        headers = {"Origin": origin, "Content-Type": "application/json"}
        assert (await lena.send("POST", "/graphql", content=b"{}", headers=headers)).status_code == 403
    for cookie in ("", "1.", "1.!", "1.AAAA", "9.AAAA", "é"):
        sent: dict[str, Any] = {"headers": {"Cookie": f"__Host-sign-in={cookie}".encode()}}
        answer = await houses.lite.browser().send("GET", f"/sign-in/{houses.lite.id}/back?code=a&state=b", **sent)
        assert answer.status_code == 400, cookie


def test_no_secret_stands_in_what_is_printed_of_an_object() -> None:
    somebody: Any = None
    made = [
        Trusted(somebody, somebody, "name", "issuer", "client", SECRET, "openid", "groups"),
        AddProvider(somebody, "issuer", somebody, SECRET),
        Outcome(somebody, SECRET),
        Question(SECRET, SECRET, SECRET),
    ]
    assert not [type(each).__name__ for each in made if SECRET in repr(each)]


async def test_who_takes_too_long_begins_anew(houses: Houses) -> None:
    lena = houses.lite.browser()
    back = await houses.lite.provider.visited(await houses.lite.set_out(lena))
    houses.shop.books.clock.move_to(OPENED + timedelta(minutes=10))
    assert (await lena.open(back)).status_code == 400
    redirected(await houses.lite.came_back(lena))
