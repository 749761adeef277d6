"""One key, one effect: whoever repeats a call, whenever, gets what the first one made, and never its secret."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

import asyncpg

from bss.transaction.database import Database, Role, current
from tests.installation import Server
from tests.schema.books import Books

SALE = (
    "mutation($input: CreateSubscriptionInput!, $key: String!) {"
    " createSubscription(input: $input, idempotencyKey: $key) { ... on Subscription { id } } }"
)


def sale(books: Books, quantity: str = "3") -> dict[str, Any]:
    return {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": quantity}


async def sold_to_y(books: Books) -> list[str]:
    document = "query($y: ID!) { subscriptions(accountId: $y) { edges { node { id } } } }"
    found = await books.data(document, y=books.ids["y"])
    return [edge["node"]["id"] for edge in found["subscriptions"]["edges"]]


async def test_fifty_concurrent_calls_with_one_key_make_one_subscription(books: Books) -> None:
    results = await asyncio.gather(*(books.make_with_key("createSubscription", sale(books)) for _ in range(50)))
    assert len({result["id"] for result in results}) == 1
    assert await sold_to_y(books) == [results[0]["id"]]


async def test_a_repeated_call_may_select_other_fields(books: Books) -> None:
    first = await books.make_with_key("createSubscription", sale(books))
    show = "... on Subscription { quantity account { name } }"
    again = await books.call("createSubscription", sale(books), key="one", show=show)
    assert (again["id"], again["quantity"], again["account"]["name"]) == (first["id"], "3", "Y")


async def test_a_key_with_another_input_is_refused_and_nothing_is_done(books: Books) -> None:
    await books.make_with_key("createSubscription", sale(books, "3"))
    refusal = await books.call("createSubscription", sale(books, "4"), key="one")
    assert (refusal["code"], refusal["path"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert len(await sold_to_y(books)) == 1


async def test_a_token_is_shown_once_and_stands_nowhere_in_the_database(server: Server, books: Books) -> None:
    """The search would find it: the token's name, stored beside its hash, is found."""
    member = await books.make(
        "admitPerson",
        {"name": "Bob", "accountId": books.ids["x"], "role": "billing_viewer"},
        show="... on Membership { id }",
    )
    given = {"membershipId": member["id"], "name": "a token of Bob's"}
    show = "... on CreatedToken { token { id name } secret }"
    first = await books.call("createToken", given, key="one", show=show)
    again = await books.call("createToken", given, key="one", show=show)
    assert first["secret"].startswith("bss_")
    assert (again["token"], again["secret"]) == (first["token"], None)
    assert await tables_with(server, books, "a token of Bob's") == ["api_token"]
    assert await tables_with(server, books, first["secret"]) == []


async def tables_with(server: Server, books: Books, text: str) -> list[str]:
    """The tables that have the text in a row, whoever's; asked by the administrator, whom no policy holds back."""
    admin = await asyncpg.connect(server.admin(await name_of_database()))
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = [
        row["tablename"]
        for row in tables
        if await admin.fetchval(
            f'SELECT EXISTS (SELECT FROM "{row["tablename"]}" t WHERE strpos(t::text, $1) > 0)', text
        )
    ]
    await admin.close()
    return found


async def name_of_database() -> str:
    return str(await current().pool(Role.APP).fetchval("SELECT current_database()"))


async def test_a_process_killed_after_the_commit_has_done_it_and_a_retry_finds_it(
    server: Server, database: Database, books: Books
) -> None:
    addresses = server.addresses(await name_of_database())
    viewer = [str(books.staff.actor_id), str(books.staff.organisation_id), books.staff.path]
    asked = {
        "addresses": [addresses.app, addresses.sync, addresses.bulk],
        "viewer": viewer,
        "document": SALE,
        "variables": {"input": sale(books), "key": "one"},
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.schema.killed"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "BSS_FAILPOINT": "command.after_commit"},
    )
    said, _ = await process.communicate(json.dumps(asked).encode())
    assert (process.returncode, said) == (-signal.SIGKILL, b"")
    done = await sold_to_y(books)
    assert len(done) == 1
    retried = await books.make_with_key("createSubscription", sale(books))
    assert [retried["id"]] == done == await sold_to_y(books)
