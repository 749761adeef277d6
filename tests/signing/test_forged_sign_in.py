"""Sign-ins that are not what they seem: whoever forges, replays or mixes up answers of a provider gets in nowhere."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from joserfc.jwk import ECKey, OctKey

from tests.signing.houses import House, Houses
from tests.signing.provider import CLIENT, Lies, Provider, redirected

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def refused(house: House, told: object = None) -> None:
    """Whoever is present at the provider comes back, and is not let in, nor told why."""
    browser = house.browser()
    answer = await house.came_back(browser)
    assert (answer.status_code, browser.secret) == (400, None), told
    assert "please try again" in answer.text
    assert all(word not in answer.text for word in ("token", "issuer", "signature", "Traceback"))


async def told(house: House, body: str, provider: str | None = None) -> Any:
    """The answer to what a provider sends by itself, without any browser."""
    place = f"/sign-in/{provider or house.id}/logout"
    return await house.browser().send("POST", place, content=body, headers=FORM)


def said(**claims: Any) -> Callable[[dict[str, Any]], None]:
    """A change: these claims otherwise; None: left out."""

    def change(found: dict[str, Any]) -> None:
        found.update(claims)
        for name in [name for name, value in claims.items() if value is None]:
            del found[name]

    return change


OTHER_CLAIMS: list[dict[str, Any]] = [
    {"nonce": "another"},
    {"nonce": None},
    {"nonce": ""},
    {"iss": "https://accounts.example"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": None},
    {"aud": []},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"exp": 1_767_225_540},
    {"exp": None},
    {"exp": "never"},
    {"iat": 1_767_225_661},
    {"iat": None},
    {"sub": None},
    {"sub": ""},
    {"sub": "x" * 401},
    {"sub": "nul\0"},
    {"sub": 7},
]


async def test_an_id_token_that_says_something_else_lets_nobody_in(houses: Houses) -> None:
    for claims in OTHER_CLAIMS:
        houses.lite.provider.lies = Lies(claims=said(**claims))
        await refused(houses.lite, claims)


async def test_an_id_token_within_a_minute_of_its_times_is_taken(houses: Houses) -> None:
    """What the refusals above differ from: clocks are not quite the same, and several may be meant."""
    for claims in ({"exp": 1_767_225_541}, {"iat": 1_767_225_659}, {"aud": [CLIENT]}, {"azp": CLIENT}):
        houses.lite.provider.lies.claims = said(**claims)
        await houses.lite.signed_in()


def unsigned(provider: Provider) -> None:
    provider.lies.mark = lambda said: b""
    provider.lies.head = lambda head: head.update(alg="none")


def by_a_shared_secret(provider: Provider) -> None:
    """By a secret that stands among the published keys."""
    provider.lies.key = OctKey.import_key("a secret that is not one at all, because it is published")
    provider.lies.head = lambda head: head.update(alg="HS256", kid="shared")


def by_the_public_key_as_a_secret(provider: Provider) -> None:
    known = provider.key.as_pem(private=False)
    provider.lies.mark = lambda said: hmac.new(known, said, hashlib.sha256).digest()
    provider.lies.head = lambda head: head.update(alg="HS256")


def by_somebody_else(provider: Provider) -> None:
    provider.lies.key = ECKey.generate_key("P-256")


def by_nobody_known(provider: Provider) -> None:
    provider.lies.head = lambda head: head.update(kid="unheard of")


def by_a_key_that_it_brings_along(provider: Provider) -> None:
    own = ECKey.generate_key("P-256")
    provider.lies.key = own
    provider.lies.head = lambda head: head.update(kid="own", jwk=own.as_dict(private=False))


def an_access_token(provider: Provider) -> None:
    provider.lies.head = lambda head: head.update(typ="at+jwt")


def a_logout_token(provider: Provider) -> None:
    provider.lies.head = lambda head: head.update(typ="logout+jwt")


def garbage(provider: Provider) -> None:
    provider.lies.raw = "a.b.c"


def something_endless(provider: Provider) -> None:
    provider.lies.raw = "e30." * 5_000


LIES: list[Callable[[Provider], None]] = [
    unsigned,
    by_a_shared_secret,
    by_the_public_key_as_a_secret,
    by_somebody_else,
    by_nobody_known,
    by_a_key_that_it_brings_along,
    an_access_token,
    a_logout_token,
    garbage,
    something_endless,
]


async def test_an_id_token_that_the_provider_did_not_sign_lets_nobody_in(houses: Houses) -> None:
    for lie in LIES:
        houses.lite.provider.lies = Lies()
        lie(houses.lite.provider)
        await refused(houses.lite, lie)


async def test_a_key_that_the_provider_has_changed_is_asked_for_once(houses: Houses) -> None:
    await houses.lite.signed_in()
    houses.lite.provider.key = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    await refused(houses.lite)  # asked a moment ago; whoever makes up names of keys makes no calls
    assert houses.lite.provider.asked == ["keys"]
    houses.shop.books.clock.move_to(houses.shop.books.clock.now().replace(second=31))
    await houses.lite.signed_in()
    assert houses.lite.provider.asked == ["keys", "keys"]


async def test_an_answer_of_another_provider_or_to_another_question_lets_nobody_in(houses: Houses) -> None:
    for change in [said(iss="https://accounts.example"), said(iss=None), said(state="another")]:
        houses.lite.provider.lies.back = change
        await refused(houses.lite)


async def test_a_provider_that_describes_another_is_not_asked(houses: Houses) -> None:
    for lie in (
        said(issuer="https://accounts.example"),
        said(token_endpoint=None),
        said(jwks_uri="file:///etc/passwd"),
    ):
        houses.lite.provider.lies.described = lie
        houses.shop.books.clock.move_to(houses.shop.books.clock.now() + timedelta(seconds=11))
        browser = houses.lite.browser()
        answer = await browser.open(f"/sign-in/{houses.lite.id}")
        assert (answer.status_code, browser.secret) == (502, None)


async def test_an_answer_is_taken_once_however_many_bring_it(houses: Houses) -> None:
    lena = houses.lite.browser()
    back = await houses.lite.provider.visited(await houses.lite.set_out(lena))
    answers = await asyncio.gather(*(lena.open(back) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400]
    assert (await lena.open(back)).status_code == 400


async def test_a_code_is_worth_nothing_to_who_did_not_ask_for_it(houses: Houses) -> None:
    """Neither in the browser of a victim, who would be signed in as the attacker, nor in one that asked by itself."""
    attacker, victim, other = (houses.lite.browser() for _ in range(3))
    back = await houses.lite.provider.visited(await houses.lite.set_out(attacker))
    assert (await victim.open(back)).status_code == 400
    own = await houses.lite.provider.visited(await houses.lite.set_out(other))
    code, own_code = (address.partition("code=")[2].partition("&")[0] for address in (back, own))
    assert (await other.open(own.replace(own_code, code))).status_code == 502  # PKCE: the provider gives nothing
    assert (victim.secret, other.secret) == (None, None)


async def test_a_refusal_of_the_provider_is_told_without_its_words(houses: Houses) -> None:
    lena = houses.lite.browser()
    await houses.lite.set_out(lena)
    back = f"/sign-in/{houses.lite.id}/back?error=access_denied&error_description=%3Cscript%3E"
    answer = await lena.open(back)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "access_denied" not in answer.text


NO_LOGOUTS: list[dict[str, Any]] = [
    {"events": None},
    {"events": {"http://schemas.openid.net/event/other": {}}},
    {"events": []},
    {"nonce": "one"},
    {"aud": "another client"},
    {"iss": "https://accounts.example"},
    {"iat": 1_767_225_419},
    {"iat": None},
    {"exp": 1_767_225_540},
    {"jti": None},
    {"sub": None},
]


async def test_a_logout_token_that_is_not_quite_one_ends_nothing(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    for otherwise in NO_LOGOUTS:
        body = f"logout_token={houses.lite.provider.logout_token(**otherwise)}"
        answer = await houses.lite.browser().send(
            "POST", f"/sign-in/{houses.lite.id}/logout", content=body, headers=FORM
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), otherwise
    assert await lena.seen() != 401


async def test_neither_an_id_token_nor_garbage_nor_a_stranger_ends_anything(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    provider = houses.lite.provider
    id_token = provider.signed({"iss": provider.issuer, "aud": CLIENT, "iat": provider.now, "sub": "lena-1"})
    for body in ("", "logout_token=", "logout_token=a.b.c", f"logout_token={id_token}"):
        assert (await told(houses.lite, body)).status_code == 400
    theirs = f"logout_token={provider.logout_token()}"
    assert (await told(houses.lite, theirs, houses.cloud.id)).status_code == 404
    by_cloud = f"logout_token={houses.cloud.provider.logout_token(sub='lena-1')}"
    assert (await told(houses.cloud, by_cloud)).status_code == 200
    assert await lena.seen() != 401


async def test_a_session_before_a_sign_in_is_over_after_it(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    earlier = str(lena.secret)
    redirected(await houses.lite.came_back(lena))
    assert lena.secret != earlier
    thief = houses.lite.browser()
    thief.secret = earlier
    assert await thief.seen() == 401
