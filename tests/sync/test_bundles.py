"""An office is sold as a bundle in the reseller's books, told through the API: what comes of it in both books.

In July Cloud sells a seat at 30 EUR and support at 30. The reseller sells Lite a seat at 40, support at 8 and a
set-up, its own work, at 25; Lite sells them to X at 50, 10 and 30.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest_asyncio

from bss.identifier import Kind, private, public
from bss.invoicing.bill_run import run
from schema.execution import execute
from tests.sync.books import Book
from tests.sync.channel import Channel

JULY = datetime(2026, 7, 1, tzinfo=UTC)
AUGUST = "2026-08-01T00:00:00Z"
SUBSCRIPTIONS = """{ subscriptions { edges { node {
  id parentId name quantity orderReference startsAt state mirrored managedBy account { name } } } } }"""
INVOICES = """{ invoices { edges { node { billTo { name } total { amount }
  lines { quantity amount { amount } subscription { name } } } } } }"""


@dataclass
class Office:
    """The owners of both books, who speak GraphQL."""

    channel: Channel
    ids: dict[str, str] = field(default_factory=dict)
    _keys: Any = field(default_factory=count)

    async def data(self, document: str, book: Book | None = None, **variables: object) -> dict[str, Any]:
        """The data of a document in a book, the reseller's unless another is named."""
        asked = book or self.channel.resell
        with asked.database.bound():
            body = await execute(document, asked.viewer, self.channel.clock, variables)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found

    async def make(
        self, mutation: str, given: dict[str, Any], show: str = "... on Node { id }", book: Book | None = None
    ) -> dict[str, Any]:
        """The result of a mutation that must not be refused."""
        document = (
            f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!, $key: String!) {{ {mutation}(input: $input,"
            f" idempotencyKey: $key) {{ {show} ... on Refusal {{ code message path }} }} }}"
        )
        result = await self.data(document, book, input=given, key=f"key {next(self._keys)}")
        found: dict[str, Any] = result[mutation]
        assert "code" not in found, found
        return found

    async def subscriptions(self, book: Book | None = None) -> list[dict[str, Any]]:
        return [edge["node"] for edge in (await self.data(SUBSCRIPTIONS, book))["subscriptions"]["edges"]]

    async def billed(self, book: Book) -> dict[str, tuple[str, list[tuple[str, str, str]]]]:
        """Bill July; by who is invoiced, the total and each line's subscription, quantity and amount."""
        asked = (await self.make("requestBillRun", {"until": AUGUST}, book=book))["id"]
        with book.database.bound():
            await run(book.viewer, private(Kind.BILL_RUN, asked), now=self.channel.now)
        invoices = [edge["node"] for edge in (await self.data(INVOICES, book))["invoices"]["edges"]]
        return {
            each["billTo"]["name"]: (
                each["total"]["amount"],
                sorted(
                    (line["subscription"]["name"], line["quantity"], line["amount"]["amount"]) for line in each["lines"]
                ),
            )
            for each in invoices
        }


@pytest_asyncio.fixture
async def office(channel: Channel) -> Office:
    """July, with a set-up and prices for all three on both lists, and the bundle."""
    channel.clock.move_to(JULY)
    office, resell = Office(channel), channel.resell
    office.ids = {code: public(Kind.OFFERING, found) for code, found in resell.offerings.items()}
    office.ids |= {name: public(Kind.ACCOUNT, found) for name, found in resell.accounts.items()}
    root = public(Kind.ACCOUNT, resell.root_id)
    work = (await office.make("createProduct", {"ownerId": root, "code": "work", "name": "Work"}))["id"]
    setup = {"productId": work, "code": "setup", "name": "Set-up", "kind": "ASSET"}
    office.ids["setup"] = (await office.make("createOffering", setup))["id"]
    lists = await office.data("{ priceLists { edges { node { id code } } } }")
    listed = {edge["node"]["code"]: edge["node"]["id"] for edge in lists["priceLists"]["edges"]}
    await publish(office, listed["retail"], "40", "8", "25")
    await publish(office, listed["lite"], "50", "10", "30")
    components = [
        {"offeringId": office.ids["support"], "quantity": "2"},
        {"offeringId": office.ids["seats"], "quantity": "5"},
        {"offeringId": office.ids["setup"], "quantity": "1"},
    ]
    bundle = {"ownerId": root, "code": "office", "name": "Office", "components": components}
    office.ids["office"] = (await office.make("createBundle", bundle))["id"]
    return office


async def publish(office: Office, price_list: str, seat: str, support: str, setup: str) -> None:
    prices = [
        {
            "offeringId": office.ids[offering],
            "charge": offering,
            "kind": "ONE_TIME" if offering == "setup" else "RECURRING",
            "description": offering.title(),
            "model": {"perUnit": {"unit": unit}},
        }
        for offering, unit in (("seats", seat), ("support", support), ("setup", setup))
    ]
    version = {"priceListId": price_list, "validFrom": JULY.isoformat(), "prices": prices}
    await office.make("publishPrices", version)


async def sold(office: Office) -> list[dict[str, Any]]:
    """Three offices for X, ordered as PO-7."""
    sale = {"accountId": office.ids["X"], "bundleId": office.ids["office"], "quantity": "3", "orderReference": "PO-7"}
    shown = "... on BundleSale { orderReference subscriptions { id parentId name quantity orderReference } }"
    result = await office.make("sellBundle", sale, shown)
    assert result["orderReference"] == "PO-7"
    found: list[dict[str, Any]] = result["subscriptions"]
    return found


async def test_three_offices_become_ordinary_subscriptions_in_both_books(office: Office) -> None:
    """Support stands beside the seats. The set-up is the reseller's own, so that Cloud knows nothing of it."""
    seats, setup, support = await sold(office)
    assert [(each["name"], each["quantity"]) for each in (seats, setup, support)] == [
        ("Seats", "15"),
        ("Set-up", "3"),
        ("Seats: Support", "6"),
    ]
    assert (seats["parentId"], setup["parentId"], support["parentId"]) == (None, None, seats["id"])
    for each in await office.subscriptions():
        assert (each["account"]["name"], each["orderReference"], each["state"]) == ("X", "PO-7", "ACTIVE")
        assert each["startsAt"] == "2026-07-01T00:00:00Z"
    await office.channel.settle()
    mirrors = {each["name"]: each for each in await office.subscriptions(office.channel.cloud)}
    assert {name: (each["quantity"], each["mirrored"], each["managedBy"]) for name, each in mirrors.items()} == {
        "X Seats": ("15", True, "Cloud Resell"),
        "X Support": ("6", True, "Cloud Resell"),
    }
    assert {each["orderReference"] for each in mirrors.values()} == {"PO-7"}
    assert mirrors["X Support"]["parentId"] == mirrors["X Seats"]["id"]
    assert await office.channel.in_step()


async def test_the_invoices_of_the_month_have_a_line_for_each_component_on_every_edge(office: Office) -> None:
    """Lite bills X 15 × 50 + 6 × 10 + 3 × 30 = 900 EUR and pays 600 + 48 + 75 = 723; Cloud gets 450 + 180 = 630."""
    await sold(office)
    await office.channel.settle()
    office.channel.clock.move_to(datetime(2026, 8, 1, 9, tzinfo=UTC))
    assert await office.billed(office.channel.resell) == {
        "X": ("900.00", [("Seats", "15", "750.00"), ("Seats: Support", "6", "60.00"), ("Set-up", "3", "90.00")]),
        "Lite": ("723.00", [("Seats", "15", "600.00"), ("Seats: Support", "6", "48.00"), ("Set-up", "3", "75.00")]),
    }
    assert await office.billed(office.channel.cloud) == {
        "Cloud Resell": ("630.00", [("X Seats", "15", "450.00"), ("X Support", "6", "180.00")])
    }


async def test_a_component_is_cancelled_alone(office: Office) -> None:
    """Support for 10 of July's 31 days: 6 × 10 / 31 × 10 = 19.35 EUR; the seats go on."""
    support = (await sold(office))[-1]
    end = {"subscriptionId": support["id"], "effectiveAt": "2026-07-11T00:00:00Z"}
    await office.make("cancelSubscription", end)
    await office.channel.settle()
    assert {each["name"]: each["state"] for each in await office.subscriptions(office.channel.cloud)} == {
        "X Seats": "ACTIVE",
        "X Support": "CANCELLED",
    }
    office.channel.clock.move_to(datetime(2026, 8, 1, 9, tzinfo=UTC))
    total, lines = (await office.billed(office.channel.resell))["X"]
    assert (total, lines[1]) == ("859.35", ("Seats: Support", "6", "19.35"))
