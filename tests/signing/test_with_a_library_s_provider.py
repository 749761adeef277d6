"""Signing in by a provider that others wrote (oidc-provider-mock), which we did not teach what we expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from oidc_provider_mock import User, run_server_in_thread

from bss.brands.add_host import AddHost, add_host
from bss.clock import SystemClock
from bss.identifier import Kind, private
from tests.schema.books import OPENED
from tests.signing.houses import LENA, LITE, terms
from tests.signing.provider import redirected
from tests.signing.shop import Shop


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider's own: it has no TLS here
    claims = {name: value for name, value in LENA.items() if name != "sub"}
    with run_server_in_thread(user_claims=[User(sub="lena-1", claims=claims)], require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@contextmanager
def as_somebody() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as client:
        yield client


async def test_somebody_signs_in_and_out_by_a_provider_that_others_wrote(shop: Shop, issuer: str) -> None:
    shop.books.clock.move_to(SystemClock().now())  # the provider has a clock of its own
    lite = shop.books.ids["lite"]
    await add_host(shop.books.staff, AddHost(private(Kind.ACCOUNT, lite), LITE), now=OPENED)
    given = terms(shop, LITE, [("sales", "partner_sales", "lite")])
    provider = await shop.books.make("addIdentityProvider", {"accountId": lite, "issuer": issuer, **given})
    lena = shop.browser(LITE)
    address = redirected(await lena.open(f"/sign-in/{provider['id']}?next=/invoices"))
    with as_somebody() as person:
        back = person.post(address, data={"sub": "lena-1"}).headers["location"]
        assert redirected(await lena.open(back)) == "/invoices"
        assert sorted(await lena.seen()) == ["Lite", "X", "Y"]  # type: ignore[arg-type]
        assert (await lena.open(back)).status_code == 400
        following = (await lena.post("/sign-out")).json()["next"]
        assert parse_qs(urlsplit(following).query)["post_logout_redirect_uri"] == [f"https://{LITE}/sign-in"]
        assert person.get(following).status_code == 200
    assert await lena.seen() == 401


async def test_who_refuses_at_the_provider_is_not_signed_in(shop: Shop, issuer: str) -> None:
    shop.books.clock.move_to(SystemClock().now())
    lite = shop.books.ids["lite"]
    await add_host(shop.books.staff, AddHost(private(Kind.ACCOUNT, lite), LITE), now=OPENED)
    given = terms(shop, LITE, [("sales", "partner_sales", "lite")])
    provider = await shop.books.make("addIdentityProvider", {"accountId": lite, "issuer": issuer, **given})
    lena = shop.browser(LITE)
    address = redirected(await lena.open(f"/sign-in/{provider['id']}"))
    with as_somebody() as person:
        back = person.post(address, data={"action": "deny"}).headers["location"]
    assert "error=access_denied" in back
    assert ((await lena.open(back)).status_code, lena.secret) == (400, None)
