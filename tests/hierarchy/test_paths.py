"""Every copy of a path follows its account, in every table, and is seen from the new place and not from the old."""

from __future__ import annotations

from random import Random

import asyncpg
import pytest

from bss.hierarchy.move_account import MoveAccount, move_account
from bss.hierarchy.rewrite_paths import PATHS
from bss.organisations import queries
from bss.organisations.account import AccountKind
from bss.refusal import InvalidInput
from bss.subscriptions.begin_service import PriceMissing
from bss.transaction.database import Database, Role, current
from bss.viewer import Viewer
from tests.hierarchy.test_moved_billing import day, move, two_lites
from tests.installation import Server
from tests.invoicing.books import Books

_WITH_PATHS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname) AS columns FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('path', 'seller_path')
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1
"""
# Rows whose account is named by a column, and not only by the path.
_OF_ACCOUNT = {
    "account": "id",
    "account_placement": "account_id",
    "delegation": "account_id",
    "membership": "account_id",
    "subscription": "account_id",
    "edge": "buyer_account_id",
    "invoice": "bill_to_account_id",
    "issuer": "owner_id",
    "price_list": "owner_id",
}
_OF_PARENT = (
    ("segment", "subscription_id", "subscription"),
    ("usage_hour", "subscription_id", "subscription"),
    ("billable_line", "edge_id", "edge"),
    ("price_version", "price_list_id", "price_list"),
    ("price", "version_id", "price_version"),
    ("series", "issuer_id", "issuer"),
)


async def astray(books: Books) -> list[str]:
    """Rows whose path is not their account's, and accounts whose path is not their parent's with their label."""
    found = []
    for table, column in _OF_ACCOUNT.items():
        found += await books.rows(
            f"SELECT '{table}' AS t FROM {table} r JOIN account a ON a.organisation_id = $1 AND a.id = r.{column}"
            " WHERE r.organisation_id = $1 AND r.path <> a.path"
        )
    for table, column, above in _OF_PARENT:
        found += await books.rows(
            f"SELECT '{table}' AS t FROM {table} r JOIN {above} a ON a.organisation_id = $1 AND a.id = r.{column}"
            " WHERE r.organisation_id = $1 AND r.path <> a.path"
        )
    found += await books.rows(
        "SELECT 'parent' AS t FROM account a JOIN account p ON p.organisation_id = $1 AND p.id = a.parent_id"
        " WHERE a.organisation_id = $1 AND a.path <> p.path || right(a.path, 11)"
    )
    found += await books.rows(
        "SELECT 'seller' AS t FROM invoice i JOIN issuer s ON s.organisation_id = $1 AND s.id = i.issuer_id"
        " WHERE i.organisation_id = $1 AND i.seller_path <> s.path"
    )
    found += await books.rows(
        "SELECT 'place' AS t FROM account_placement p WHERE p.organisation_id = $1 AND p.recorded_to IS NULL"
        " AND p.effective_to IS NULL AND p.place <> p.path"
    )
    return [row["t"] for row in found]


async def test_the_list_of_paths_is_the_catalogue_s(database: Database) -> None:
    found = await current().pool(Role.APP).fetch(_WITH_PATHS)
    assert {row["relname"]: tuple(row["columns"]) for row in found} == PATHS


async def lived_in() -> Books:
    """X has a subscription, usage, a person and an invoice; A and B have price lists and issuers."""
    books = await two_lites()
    seat = await books.subscription("X", "1", day(4, 1))
    await books.used(seat, day(4, 3), 3)
    await books.bill(day(5, 1))
    return books


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_moves_no_path_goes_astray(database: Database, seed: int) -> None:
    """Twenty random moves among three lite resellers and two customers; what cannot be is refused."""
    books, chance = await lived_in(), Random(seed)
    await books.account("C", "A", AccountKind.LITE_RESELLER)
    await books.account("Y", "C")
    moved = 0
    for step in range(20):
        name, parent = chance.choice(("A", "B", "C", "X", "Y")), chance.choice(("A", "B", "C", "X", "Cloud"))
        request = MoveAccount(books.accounts[name], books.accounts[parent])
        try:
            await move_account(books.viewer, request, now=day(5, 2, step))
        except (InvalidInput, PriceMissing):
            continue
        moved += 1
        assert await astray(books) == []
    assert moved > 3


async def as_app(server: Server, viewer: Viewer, select: str) -> list[str]:
    """Raw SQL as the application's role, within the viewer's scope and nothing else."""
    name = await current().pool(Role.APP).fetchval("SELECT current_database()")
    connection = await asyncpg.connect(server.url(str(name), "bss_app"))
    await connection.execute(
        "SELECT set_config('bss.organisation', $1, false), set_config('bss.path', $2, false)",
        *(str(viewer.organisation_id), viewer.path),
    )
    rows = await connection.fetch(select)
    await connection.close()
    return [str(row[0]) for row in rows]


_OF_X = {
    "account": "SELECT name FROM account WHERE name = 'X'",
    "subscription": "SELECT name FROM subscription",
    "segment": "SELECT status FROM segment",
    "usage_hour": "SELECT meter FROM usage_hour",
    "billable_line": "SELECT charge FROM billable_line l JOIN edge e ON e.id = l.edge_id JOIN account a"
    " ON a.id = e.buyer_account_id AND a.name = 'X'",
}


async def test_what_moved_is_seen_from_the_new_parent_and_no_more_from_the_old(
    server: Server, database: Database
) -> None:
    """By raw SQL as the application's role. The seller of then keeps the invoice that it issued."""
    books = await lived_in()
    old, new = await books.person("A", "partner_sales"), await books.person("B", "partner_sales")
    assert all([await as_app(server, old, select) for select in _OF_X.values()])
    assert not any([await as_app(server, new, select) for select in _OF_X.values()])
    await move(books, "X", "B", day(5, 10))
    assert not any([await as_app(server, old, select) for select in _OF_X.values()])
    assert all([await as_app(server, new, select) for select in _OF_X.values()])
    issued = "SELECT number FROM invoice ORDER BY 1"
    own = await as_app(server, await books.person("X", "billing_viewer"), issued)
    assert own == ["A-000001"]
    assert await as_app(server, old, issued) == ["A-000001", "CLOUD-000001"]
    assert await astray(books) == []


async def test_a_lite_reseller_moves_with_everything_that_stands_in_it(database: Database) -> None:
    """A goes below B with its customer, its lists, its issuer and its invoices."""
    books = await lived_in()
    await move(books, "A", "B", day(5, 10), terms=True)
    assert await astray(books) == []
    b = await queries.one(books.viewer, books.accounts["B"])
    for name in ("A", "X"):
        assert (await queries.one(books.viewer, books.accounts[name])).path.startswith(b.path)
    with pytest.raises(InvalidInput, match="below it"):
        await move_account(books.viewer, MoveAccount(books.accounts["B"], books.accounts["A"]), now=day(5, 11))
