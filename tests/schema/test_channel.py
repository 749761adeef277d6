"""The whole channel in one request: who is where, what they hold and use, and how it stands with the other books."""

from __future__ import annotations

from typing import Any

from bss.clock import SetClock
from bss.transaction.begin import begin
from bss.transaction.database import Database
from schema.execution import execute
from server.demo.story import midnight
from tests.april import EndOfApril
from tests.installation import Server
from tests.schema.books import Books
from tests.schema.rows import write_rows
from tests.schema.statements import counted
from tests.schema.test_refusals import refused

PLACE = "name kind accountingNumber mirrored managedBy ribbon lockedBy subscriptionCount"
SOLD = """
subscriptions(last: 200) { edges { node {
  name state quantity mirrored lockedBy syncState syncRefusal offering { name } usageMonthToDate { meter quantity }
} } }
"""
TREE = f"""
query($under: ID, $last: Int) {{ channel(under: $under) {{ {PLACE} {SOLD}
  accounts(last: $last) {{ edges {{ node {{ {PLACE} {SOLD}
    accounts(last: $last) {{ edges {{ node {{ {PLACE} {SOLD}
      accounts(last: $last) {{ edges {{ node {{ {PLACE} {SOLD} }} }} }}
    }} }} }}
  }} }} }}
}} }}
"""
EXPORT = """
query($under: ID, $most: Int! = 1000) { channelExport(under: $under, most: $most) {
  accounts { id parentId name ribbon subscriptionCount }
  subscriptions { accountId name quantity mirrored lockedBy syncState usageMonthToDate { quantity } offering { name } }
} }
"""


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def outline(account: dict[str, Any]) -> dict[str, Any]:
    """The tree by names, with how many subscriptions each place counts."""
    below = nodes(account["accounts"]) if "accounts" in account else []
    return {f"{account['name']} {account['subscriptionCount']}": [outline(each) for each in below]}


def held(account: dict[str, Any]) -> list[dict[str, Any]]:
    """All subscriptions at and below a place."""
    below = nodes(account["accounts"]) if "accounts" in account else []
    return [*nodes(account["subscriptions"]), *(each for child in below for each in held(child))]


async def test_the_distributor_sees_resellers_lite_resellers_customers_and_subscriptions(
    server: Server, end_of_april: EndOfApril
) -> None:
    """The example of E11 on the 30th of April: Z's machine has used 4 vCPUs × 720 hours × 3,600,000 milliseconds."""
    async with end_of_april.copied(server) as (_, database, story):
        clock = SetClock(midnight(30))
        with database.bound():
            body = await execute(TREE, story.channel.cloud.owner, clock, {"last": 200})
    top = body["data"]["channel"]
    assert "errors" not in body
    assert outline(top) == {
        "Cloud 5": [{"Cloud Resell 5": [{"Cloud Lite 2": [{"X 2": []}]}, {"Z 2": []}, {"Y 1": []}]}]
    }
    (resell,) = nodes(top["accounts"])
    (lite,) = [each for each in nodes(resell["accounts"]) if each["name"] == "Cloud Lite"]
    assert (resell["kind"], resell["accountingNumber"], resell["ribbon"]) == ("RESELLER", "R-100", None)
    assert (lite["kind"], lite["mirrored"], lite["managedBy"]) == ("LITE_RESELLER", True, "Cloud Resell")
    assert (lite["ribbon"], lite["lockedBy"]) == ("Managed by Cloud Resell", "Cloud Resell")
    found = {each["name"]: each for each in held(top)}
    assert {name: (each["state"], each["quantity"]) for name, each in found.items()} == {
        "X Office seats": ("ACTIVE", "6"),
        "X Support": ("CANCELLED", "1"),
        "Y Office seats": ("CANCELLED", "2"),
        "Z Office seats": ("ACTIVE", "2"),
        "Z Virtual machine": ("ACTIVE", "1"),
    }
    assert {each["offering"]["name"] for each in found.values()} == {"Office seats", "Support", "Virtual machine"}
    assert {(each["mirrored"], each["lockedBy"], each["syncState"]) for each in found.values()} == {
        (True, "Cloud Resell", "IN_STEP")
    }
    assert found["X Office seats"]["usageMonthToDate"] == []
    assert found["Z Virtual machine"]["usageMonthToDate"] == [{"meter": "vcpu_hours", "quantity": "10368000000"}]


async def test_the_month_is_the_one_of_the_organisations_zone(server: Server, end_of_april: EndOfApril) -> None:
    """At 22:00 UTC on the 30th of April it is May in Amsterdam, and nothing was used."""
    async with end_of_april.copied(server) as (_, database, story):
        with database.bound():
            body = await execute(TREE, story.channel.cloud.owner, SetClock(midnight(31)), {"last": 200})
    assert [each["usageMonthToDate"] for each in held(body["data"]["channel"])] == [[]] * 5


async def test_a_partner_sees_its_own_place_and_what_is_below(books: Books) -> None:
    lite = books.as_role("partner_sales", "lite")
    body = await books.ask(TREE, viewer=lite, last=200)
    assert outline(body["data"]["channel"]) == {"Lite 1": [{"X 1": []}, {"Y 0": []}]}
    assert {error["extensions"]["code"] for error in body["errors"]} == {"PERMISSION_DENIED"}
    assert {error["path"][-1] for error in body["errors"]} == {"syncState", "syncRefusal"}
    for field in (TREE, EXPORT):
        assert refused(await books.ask(field, viewer=lite, under=books.ids["z"])) == ("NOT_FOUND", ["under"])
        assert refused(await books.ask(field, under=books.ids["seats"])) == ("INVALID_INPUT", ["under"])


async def test_the_number_of_statements_is_that_of_the_levels(database: Database, books: Books) -> None:
    """One customer or two hundred: the same statements."""
    await write_rows(books, 200)
    of_one, one = await counted(database, books, TREE, last=1)
    of_many, many = await counted(database, books, TREE, last=200)
    assert (len(held(one["channel"])), len(held(many["channel"]))) == (1, 200)
    assert of_one == of_many
    assert sum(of_many.values()) < 30
    of_export, export = await counted(database, books, EXPORT)
    assert (len(export["channelExport"]["accounts"]), len(export["channelExport"]["subscriptions"])) == (205, 202)
    assert sum(of_export.values()) < 15


async def test_nothing_is_read_that_nobody_asks_for(database: Database, books: Books) -> None:
    statements, _ = await counted(database, books, "{ channel { name accounts { edges { node { name } } } } }")
    assert not [each for each in statements if "subscription" in each or "usage_hour" in each or "pair" in each]


async def test_an_export_is_flat_with_parents_first_and_counts_what_is_below(books: Books) -> None:
    await write_rows(books, 1_200)
    found = (await books.data(EXPORT, most=5_000))["channelExport"]
    assert len(found["accounts"]) == 1_205
    seen: set[str | None] = {None}
    for account in found["accounts"]:
        assert account["parentId"] in seen
        seen.add(account["id"])
    count = {each["name"]: each["subscriptionCount"] for each in found["accounts"]}
    assert (count["Cloud"], count["Lite"], count["X"], count["Y"], count["Z"]) == (1_202, 1, 1, 0, 1)
    used = [each["usageMonthToDate"] for each in found["subscriptions"] if each["name"] == "Row"]
    assert used == [[{"quantity": "1"}]] * 1_200
    below = (await books.data(EXPORT, under=books.ids["lite"]))["channelExport"]
    assert below["accounts"][0]["name"] == "Lite"
    assert sorted(each["name"] for each in below["accounts"]) == ["Lite", "X", "Y"]
    assert [each["offering"]["name"] for each in below["subscriptions"]] == ["Office seats"]


async def test_an_export_that_is_too_large_is_refused_with_the_number(books: Books) -> None:
    body = await books.ask(EXPORT, most=4)
    assert refused(body) == ("INVALID_INPUT", ["most"])
    assert "5 accounts" in body["errors"][0]["message"]
    for most in (0, 5_001, -1):
        assert refused(await books.ask(EXPORT, most=most)) == ("INVALID_INPUT", ["most"])


async def test_more_subscriptions_than_an_export_has_are_refused_with_their_number(books: Books) -> None:
    await write_rows(books, 1)
    await multiplied(books, "subscription", 20_000)
    body = await books.ask(EXPORT)
    assert refused(body) == ("INVALID_INPUT", ["under"])
    assert "20003 subscriptions" in body["errors"][0]["message"]
    assert body["data"]["channelExport"]["subscriptions"] is None


async def test_pages_within_pages_are_bounded_together(books: Books) -> None:
    """51 accounts with 200 subscriptions each are 10,200 rows, and pages of 190 are 9,690."""
    await write_rows(books, 51)
    await multiplied(books, "subscription", 199)
    document = """query($first: Int) { channel { accounts(first: 200) { edges { node {
      subscriptions(first: $first) { edges { node { id } } pageInfo { hasNextPage } } } } } } }"""
    places = nodes((await books.data(document, first=190))["channel"]["accounts"])
    sizes = [(len(p["subscriptions"]["edges"]), p["subscriptions"]["pageInfo"]["hasNextPage"]) for p in places]
    assert sorted(sizes) == [(0, False), (1, False), *[(190, True)] * 51]
    body = await books.ask(document, first=200)
    assert {error["extensions"]["code"] for error in body["errors"]} == {"INVALID_INPUT"}
    assert {tuple(error["extensions"]["input"]) for error in body["errors"]} == {("first",)}


async def test_children_are_paged_like_every_list(books: Books) -> None:
    document = """query($first: Int, $after: String) { channel { accounts(first: $first, after: $after) {
      edges { node { name } } pageInfo { hasNextPage endCursor } } } }"""
    first = (await books.data(document, first=1))["channel"]["accounts"]
    assert ([each["name"] for each in nodes(first)], first["pageInfo"]["hasNextPage"]) == (["Lite"], True)
    rest = (await books.data(document, first=1, after=first["pageInfo"]["endCursor"]))["channel"]["accounts"]
    assert ([each["name"] for each in nodes(rest)], rest["pageInfo"]["hasNextPage"]) == (["Z"], False)
    for given in ({"first": 201}, {"first": -1}, {"first": 1, "after": "no cursor"}):
        body = await books.ask(document, **given)
        assert body["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def multiplied(books: Books, table: str, times: int) -> None:
    """So many more rows like each of those that are named Row."""
    async with begin(books.staff) as tx:
        columns = await tx.connection.fetchval(
            "SELECT string_agg(attname, ', ') FROM pg_attribute"
            " WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'",
            table,
        )
        await tx.connection.execute(
            f"INSERT INTO {table} (id, {columns})"
            f" SELECT gen_random_uuid(), {columns} FROM {table}, generate_series(1, $1) WHERE name = 'Row'",
            times,
        )
