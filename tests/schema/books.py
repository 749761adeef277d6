"""A small channel for the tests of the API, made through the API: Cloud sells to Lite, and Lite to X and Y.

Lite buys a seat at the wholesale price of 7.7777 EUR and sells it at 10 EUR; Cloud sells it to Z at 12 EUR.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.clock import SetClock
from bss.identifier import Kind, label, private, public
from bss.role import STANDARD
from bss.viewer import Viewer
from schema.budget import UNBOUND, Allowance
from tests.schema.both_ways import execute_both_ways

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
CANARY = "7.7777"
WITHOUT_NODE = {
    *("createClient", "createToken", "importPrices", "resumeJob", "resumeOutbound", "rotateClientSecret", "sellBundle"),
    "inviteMember",
}
"""Mutations whose result is not an object that `node` finds."""


@dataclass
class Books:
    """The public ids that the stories speak of; `staff` sees everything."""

    staff: Viewer
    root: str
    clock: SetClock = field(default_factory=lambda: SetClock(OPENED))
    ids: dict[str, str] = field(default_factory=dict)
    allowance: Allowance = UNBOUND
    _keys: Any = field(default_factory=count)

    async def ask(self, document: str, *, viewer: Viewer | None = None, **variables: object) -> dict[str, Any]:
        """The response body to a document."""
        return await execute_both_ways(document, viewer or self.staff, self.clock, variables, self.allowance)

    async def data(self, document: str, *, viewer: Viewer | None = None, **variables: object) -> dict[str, Any]:
        """The data of a document that must have no errors."""
        body = await self.ask(document, viewer=viewer, **variables)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found

    async def call(
        self,
        mutation: str,
        given: dict[str, Any],
        *,
        viewer: Viewer | None = None,
        key: str | None = None,
        show: str = "",
    ) -> dict[str, Any]:
        """The result of one mutation: its type, its id if it has one, a refusal's code, path and problems."""
        name = f"{mutation[0].upper()}{mutation[1:]}"
        shown = show if mutation in WITHOUT_NODE else f"... on Node {{ id }} {show}"
        document = (
            f"mutation($input: {name}Input!, $key: String!) {{ {mutation}(input: $input, idempotencyKey: $key) {{"
            f" __typename {shown} ... on Refusal {{ code message path problems {{ path message }} }} }} }}"
        )
        data = await self.data(document, viewer=viewer, input=given, key=key or f"key {next(self._keys)}")
        found: dict[str, Any] = data[mutation]
        return found

    async def make(self, mutation: str, given: dict[str, Any], *, show: str = "") -> dict[str, Any]:
        """The result of a mutation that must not be refused."""
        result = await self.call(mutation, given, show=show)
        assert "code" not in result, result
        return result

    async def make_with_key(self, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
        """The result of a mutation under the key "one", which may have been used before."""
        result = await self.call(mutation, given, key="one")
        assert "code" not in result, result
        return result

    async def sell(self, account: str, quantity: str = "5") -> str:
        """The id of a new subscription to seats."""
        given = {"accountId": self.ids[account], "offeringId": self.ids["seats"], "quantity": quantity}
        return str((await self.make("createSubscription", given))["id"])

    def as_role(self, role: str, account: str) -> Viewer:
        """A viewer with a standard role over an account and everything below it."""
        return replace(self.staff, path=self.path(account), permissions=STANDARD[role].permissions, actor_name=role)

    def path(self, account: str) -> str:
        above = {"x": ("lite",), "y": ("lite",)}.get(account, ())
        labels = [label(private(Kind.ACCOUNT, self.ids[name])) for name in (*above, account)]
        return self.staff.path + "".join(f"{each}." for each in labels)


async def open_books(slug: str = "cloud") -> Books:
    """Cloud, Lite, X, Y and Z with a product, prices and edges, and one subscription each of X and Z."""
    _, root_id, viewer = founder(slug)
    opening = OpenOrganisation("Cloud", slug, "Europe/Amsterdam", "EUR", "Ann", root_id)
    await open_organisation(viewer, opening, now=OPENED)
    books = Books(viewer, public(Kind.ACCOUNT, root_id))
    await _accounts(books)
    await _catalogue(books)
    await _prices(books)
    await _edges(books)
    for account in ("x", "z"):
        books.ids[f"of {account}"] = await books.sell(account)
    return books


async def _accounts(books: Books) -> None:
    books.ids["root"] = books.root
    for name, parent, kind in (
        ("lite", "root", "LITE_RESELLER"),
        ("x", "lite", "CUSTOMER"),
        ("y", "lite", "CUSTOMER"),
        ("z", "root", "CUSTOMER"),
    ):
        given = {"parentId": books.ids[parent], "kind": kind, "name": name.title()}
        books.ids[name] = (await books.make("createAccount", given))["id"]


async def _catalogue(books: Books) -> None:
    product = await books.make("createProduct", {"ownerId": books.root, "code": "office", "name": "Office"})
    offering = {"productId": product["id"], "code": "seats", "name": "Office seats", "unit": "seat"}
    meter = {"code": "vcpu_hours", "name": "vCPU", "unit": "vCPU-hour", "kind": "TIME_WEIGHTED"}
    books.ids["office"] = product["id"]
    books.ids["seats"] = (await books.make("createOffering", offering))["id"]
    books.ids["vcpu"] = (await books.make("createMeter", meter))["id"]


async def _prices(books: Books) -> None:
    for code, owner, unit in (("wholesale", "root", CANARY), ("retail", "lite", "10"), ("direct", "root", "12")):
        given = {"ownerId": books.ids[owner], "code": code, "name": code.title(), "currency": "EUR"}
        books.ids[code] = (await books.make("createPriceList", given))["id"]
        seat = {"charge": "seat", "kind": "RECURRING", "description": "Seat", "model": {"perUnit": {"unit": unit}}}
        prices = [{"offeringId": books.ids["seats"], **seat}]
        publication = {"priceListId": books.ids[code], "validFrom": "2026-01-01T00:00:00+01:00", "prices": prices}
        await books.make("publishPrices", publication)


async def _edges(books: Books) -> None:
    for owner in ("root", "lite"):
        given = {"ownerId": books.ids[owner], "name": owner.title(), "seriesPrefix": f"{owner}-"}
        books.ids[f"{owner} issuer"] = (await books.make("createIssuer", given))["id"]
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1}
    for seller, buyer, prices in (
        ("root", "lite", "wholesale"),
        ("lite", "x", "retail"),
        ("lite", "y", "retail"),
        ("root", "z", "direct"),
    ):
        parties = {"sellerAccountId": books.ids[seller], "buyerAccountId": books.ids[buyer]}
        names = {"priceListId": books.ids[prices], "issuerId": books.ids[f"{seller} issuer"]}
        books.ids[f"edge to {buyer}"] = (await books.make("agreeEdge", {**parties, **names, **terms}))["id"]
