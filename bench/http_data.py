"""What `bench.http` asks, the rows that it is about, and the statements that are written by hand for the same."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from bench.lists_data import LEVEL
from bss.identifier import Kind, public
from tests.schema.books import Books
from tests.schema.rows import write_rows
from tests.schema.test_http import token

CUSTOMERS, EACH, METERS = 100, 10, 10

FLAT = """
query Flat($under: ID) { subscriptionExport(accountId: $under) { subscriptions {
  id accountId name state quantity renewsAutomatically startsAt endsAt version createdAt } } }
"""
NESTED = """
query Nested($under: ID) { channel(under: $under) { accounts(first: 100) { edges { node { id name kind
  subscriptions(first: 10) { edges { node { id name state quantity
    usageMonthToDate { meter quantity } } } } } } } } }
"""
NODE = """
query One($id: ID!) { node(id: $id) { ... on Subscription {
  id name state quantity renewsAutomatically termMonths startsAt endsAt version createdAt } } }
"""

_SCOPE = "organisation_id = $1 AND path >= $2 AND path < $2 || '~'"
_BELOW = f"{_SCOPE} AND path >= $3 AND path < $3 || '~'"
FLAT_BY_HAND = (
    "SELECT id, account_id, name, state, quantity, renews_automatically, starts_at, ends_at, version, created_at"
    f" FROM subscription WHERE {_BELOW} ORDER BY id LIMIT 1000"
)
NESTED_BY_HAND = (
    f"SELECT id, name, kind FROM account WHERE {_SCOPE} AND parent_id = $3 ORDER BY id LIMIT 100",
    f"SELECT id, account_id, name, state, quantity FROM subscription WHERE {_SCOPE} AND account_id = ANY($3)"
    " ORDER BY id LIMIT 1000",
    f"SELECT subscription_id, meter, sum(quantity) AS quantity FROM usage_hour WHERE {_SCOPE}"
    " AND subscription_id = ANY($3) AND hour >= '2025-12-31T23:00Z' AND hour < '2026-01-31T23:00Z'"
    " GROUP BY subscription_id, meter ORDER BY subscription_id, meter",
)

_SUBSCRIPTIONS = f"""
INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity, characteristics,
    cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by, version, created_at)
  SELECT gen_random_uuid(), a.organisation_id, a.path, a.id, o.id, 'Server ' || n, 'active', n, '{{}}', 'P1M', true, '',
    a.created_at, false, '', 1, a.created_at
  FROM account a, (SELECT id FROM offering ORDER BY id LIMIT 1) AS o, generate_series(1, {EACH}) AS n
  WHERE a.name LIKE 'Customer %'
"""
_USED = f"""
INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)
  SELECT s.organisation_id, s.path, s.id, m.code, 'vm', timestamptz '2026-01-01Z' + interval '1 hour' * n, n, 1
  FROM subscription s, (SELECT code FROM meter ORDER BY id LIMIT {METERS}) AS m, generate_series(1, 4) AS n
  WHERE s.name LIKE 'Server %'
"""


@dataclass(frozen=True)
class Asked:
    """The account above the customers, one subscription, and a token that sees both."""

    under: str
    subscription: str
    token: str


async def fill(admin: asyncpg.Connection, books: Books) -> Asked:
    """A hundred customers below one account, with ten subscriptions each and ten meters of usage."""
    await write_rows(books, METERS)
    for letter, kind, name, each, above in (
        ("e", "lite_reseller", "Exporter", 1, "a.kind = 'root'"),
        ("c", "customer", "Customer", CUSTOMERS, "a.name = 'Exporter 1'"),
    ):
        await admin.execute(LEVEL.format(letter=letter, kind=kind, name=name, each=each, above=above))
    for statement in (_SUBSCRIPTIONS, _USED, "VACUUM ANALYZE"):
        await admin.execute(statement)
    under = await admin.fetchval("SELECT id FROM account WHERE name = 'Exporter 1'")
    one = await admin.fetchval("SELECT id FROM subscription WHERE name = 'Server 1' LIMIT 1")
    secret = await token(books, "root", "owner")
    return Asked(public(Kind.ACCOUNT, under), public(Kind.SUBSCRIPTION, one), secret)
