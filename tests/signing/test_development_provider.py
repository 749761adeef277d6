"""The development provider: a newcomer signs in at two brands without an account anywhere, and nobody in production."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bss.brands.add_host import AddHost, add_host
from bss.identifier import Kind, private
from server.development_provider.house import CLIENT, House, Person, refuse_production
from server.development_provider.provider import DevelopmentProvider
from server.settings import BadSetting, Settings
from tests.schema.books import OPENED
from tests.signing.browser import Browser
from tests.signing.houses import CLOUD, LITE, terms
from tests.signing.provider import listening, redirected
from tests.signing.shop import Shop

PEOPLE = {
    CLOUD: Person("dora", "Dora", f"dora@{CLOUD}", ("admins",)),
    LITE: Person("lia", "Lia", f"lia@{LITE}", ("partners",)),
}


@dataclass
class Front:
    """A host with the development provider behind it."""

    shop: Shop
    host: str
    provider: str
    visitor: httpx2.AsyncClient

    async def signed_in(self, person: str) -> Browser:
        """A browser in which somebody chose who they are."""
        browser = self.shop.browser(self.host)
        back = await self.back(browser, person)
        redirected(await browser.open(back))
        return browser

    async def address(self, browser: Browser) -> str:
        return redirected(await browser.open(f"/sign-in/{self.provider}"))

    async def back(self, browser: Browser, person: str) -> str:
        """Where the provider sends somebody who has chosen."""
        address = await self.address(browser)
        page = await self.visitor.get(address)
        assert f'value="{person}"' in page.text
        return redirected(await self.visitor.post(address, data={"person": person}))


@pytest_asyncio.fixture
async def fronts(shop: Shop) -> AsyncIterator[dict[str, Front]]:
    houses = tuple(House(host.partition(".")[0], host, (PEOPLE[host],), f"https://{host}") for host in PEOPLE)
    async with listening() as (port, serve), visiting() as visitor:
        provider = DevelopmentProvider(f"http://127.0.0.1:{port}/dev", houses, shop.books.clock)
        serve(Starlette(routes=[provider.routes("/dev")]))
        found = {}
        for house, account, rule in zip(
            houses, ("root", "lite"), (("admins", "admin"), ("partners", "partner_admin")), strict=True
        ):
            account_id = shop.books.ids[account]
            await add_host(shop.books.staff, AddHost(private(Kind.ACCOUNT, account_id), house.name), now=OPENED)
            of_account = {"accountId": account_id, "issuer": provider.issuer(house)}
            of_account |= terms(shop, house.name, [(*rule, account)], clientId=CLIENT)
            del of_account["secret"]  # the client has none there
            added = await shop.books.make("addIdentityProvider", of_account)
            found[house.name] = Front(shop, house.name, added["id"], visitor)
        yield found


@asynccontextmanager
async def visiting() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


async def test_a_newcomer_signs_in_at_two_brands_and_out_again(fronts: dict[str, Front]) -> None:
    dora, lia = await fronts[CLOUD].signed_in("dora"), await fronts[LITE].signed_in("lia")
    assert sorted(await dora.seen()) == ["Cloud", "Lite", "X", "Y", "Z"]  # type: ignore[arg-type]
    assert sorted(await lia.seen()) == ["Lite", "X", "Y"]  # type: ignore[arg-type]
    following = (await lia.post("/sign-out")).json()["next"]
    assert redirected(await fronts[LITE].visitor.get(following)) == f"https://{LITE}/sign-in"
    assert await lia.seen() == 401
    assert await dora.seen() != 401


async def test_a_code_is_for_one_house_for_a_minute_and_once(fronts: dict[str, Front]) -> None:
    lite, browser = fronts[LITE], fronts[LITE].shop.browser(LITE)
    back = await lite.back(browser, "lia")
    lite.shop.books.clock.move_to(OPENED.replace(minute=1))
    assert (await browser.open(back)).status_code == 502
    address = await lite.address(browser)
    issuer = address.partition("/authorize")[0]
    for wrong in (
        address.replace("lite.example", "evil.example"),
        address.replace(f"client_id={CLIENT}", "client_id=other"),
        address.replace("S256", "plain"),
        address.replace("/lite/", "/nobody/"),
    ):
        assert (await lite.visitor.get(wrong)).status_code == 400
    assert (await lite.visitor.post(address, data={"person": "dora"})).status_code == 400
    form = {"grant_type": "authorization_code", "code": "made up"}
    assert (await lite.visitor.post(f"{issuer}/token", data=form)).json() == {"error": "invalid_grant"}
    assert (await lite.visitor.get(f"{issuer}/end?post_logout_redirect_uri=https://evil.example/")).status_code == 400


@pytest.mark.parametrize(
    ("changed", "listened", "named"),
    [
        ({"database_url": "postgresql://db.example/bss"}, "127.0.0.1", "DATABASE_URL"),
        ({"redis_url": "redis://queue.example"}, "127.0.0.1", "REDIS_URL"),
        ({"public_url": "https://shop.example"}, "127.0.0.1", "BSS_PUBLIC_URL"),
        ({}, "0.0.0.0", "the address"),
    ],
)
def test_the_provider_that_believes_everybody_is_not_started_in_production(
    changed: dict[str, str], listened: str, named: str
) -> None:
    refuse_production(Settings(), "127.0.0.1")
    with pytest.raises(BadSetting, match=named):
        refuse_production(replace(Settings(), **changed), listened)
