"""The small channel behind HTTP: an installation with hosts, and browsers that come to them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette

from tests.schema.books import Books
from tests.signing.browser import Browser

HOST = "shop.example"


@dataclass
class Shop:
    """An installation with one host."""

    books: Books
    application: Starlette

    def browser(self, host: str = HOST) -> Browser:
        return Browser(self.application, host)

    async def member(self, account: str, role: str) -> str:
        """The id of a new person's membership."""
        given = {"name": f"{role} of {account}", "accountId": self.books.ids[account], "role": role}
        return str((await self.books.make("admitPerson", given, show="... on Membership { id }"))["id"])

    async def signed_in(self, membership: str, browser: Browser | None = None) -> Browser:
        """A browser of the member, signed in."""
        browser = browser or self.browser()
        answer = await browser.open(f"/door/{membership}")
        assert answer.status_code == 200, answer.text
        return browser
