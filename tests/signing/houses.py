"""Two houses with hosts of their own, each with an identity provider: Cloud at its root, and Lite below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bss.brands.add_host import AddHost, add_host
from bss.identifier import Kind, private
from tests.schema.books import OPENED
from tests.signing.browser import Browser
from tests.signing.provider import CLIENT, SECRET, Provider, redirected
from tests.signing.shop import Shop

CLOUD, LITE = "cloud.example", "lite.example"
ANNA = {"sub": "anna-1", "name": "Anna", "email": "anna@cloud.example", "email_verified": True, "groups": ["finance"]}
LENA = {"sub": "lena-1", "name": "Lena", "email": "lena@lite.example", "email_verified": True, "groups": ["sales"]}


@dataclass
class House:
    """An account with its host, its provider, and the provider's id here."""

    shop: Shop
    host: str
    provider: Provider
    id: str

    def browser(self) -> Browser:
        return self.shop.browser(self.host)

    async def set_out(self, browser: Browser, following: str = "") -> str:
        """The address at the provider to which the browser is sent."""
        return redirected(await browser.open(f"/sign-in/{self.id}{following}"))

    async def came_back(self, browser: Browser, following: str = "") -> Any:
        """The answer to a browser that goes to the provider and comes back from it."""
        back = await self.provider.visited(await self.set_out(browser, following))
        return await browser.open(back)

    async def signed_in(self, browser: Browser | None = None) -> Browser:
        """A browser of whoever is present at the provider, signed in here."""
        browser = browser or self.browser()
        redirected(await self.came_back(browser))
        return browser


@dataclass
class Houses:
    """Both, in one installation."""

    shop: Shop
    cloud: House
    lite: House


def terms(shop: Shop, domain: str, rules: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    """The terms of a provider: groups and what they give, over accounts by their names."""
    return {
        "name": "Staff",
        "clientId": CLIENT,
        "secret": SECRET,
        "domains": [domain],
        "rules": [{"group": group, "role": role, "accountId": shop.books.ids[name]} for group, role, name in rules],
        **more,
    }


async def house(shop: Shop, host: str, account: str, provider: Provider, rules: list[tuple[str, str, str]]) -> House:
    account_id = shop.books.ids[account]
    await add_host(shop.books.staff, AddHost(private(Kind.ACCOUNT, account_id), host), now=OPENED)
    given = {"accountId": account_id, "issuer": provider.issuer, **terms(shop, host, rules)}
    return House(shop, host, provider, (await shop.books.make("addIdentityProvider", given))["id"])
