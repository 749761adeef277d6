"""The large organisation of `bench.lists`, and the statements that are written by hand against it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tests.schema.books import Books

_SCOPE = "organisation_id = $1 AND path >= $2 AND path < $2 || '~'"


def _page(columns: str, table: str, condition: str = _SCOPE) -> str:
    return f"SELECT {columns} FROM {table} WHERE {condition} ORDER BY id LIMIT 201"


PAGES: dict[str, str] = {
    "accounts": _page(
        "id, parent_id, kind, name, accounting_number, email, billing_address, legal_address, mirrored, managed_by,"
        " version, created_at, closed_at",
        "account",
    ),
    "subscriptions": _page(
        "id, name, state, quantity, characteristics, renews_automatically, term_months, parent_id, predecessor_id,"
        " order_reference, starts_at, ends_at, activated_at, provisioned_at, removed_at, mirrored, managed_by, refusal,"
        " version, created_at",
        "subscription",
    ),
    "vendors": _page("id, code, name", "vendor"),
    "products": _page("id, code, name, kind", "product"),
    "offerings": _page(
        "id, code, name, unit, kind, term_months, trial_days, cancellation_days, category, in_storefront", "offering"
    ),
    "meters": _page("id, code, name, unit, divisor, kind", "meter", "organisation_id = $1 AND $2 <> ''"),
    "priceLists": _page("id, code, name, currency, received", "price_list"),
    "edges": _page("id, kind, currency, zone, policy, billing_day, received, link_id", "edge"),
    "issuers": _page("id, name, country, due_days, sends", "issuer"),
    "usageBatches": _page("id, source, received, accepted, duplicate, created_at", "usage_batch"),
    "invoices": _page(
        "id, number, billing_start, billing_end, issued_on, due_on, digest",
        "invoice",
        "organisation_id = $1 AND (path >= $2 AND path < $2 || '~' OR seller_path >= $2 AND seller_path < $2 || '~')",
    ),
    "billableLines": _page(
        "id, edge_id, offering_id, charge, charge_kind, description, service_start, service_end, billing_start,"
        " billing_end, quantity, unit, invoice_id",
        "billable_line",
    ),
    "jobs": _page("id, kind, key, state, due_at, attempts, reason", "job", "organisation_id = $1 AND $2 <> ''"),
    "links": (
        "SELECT l.id, link_key, side, peer_name, next_sequence - 1 AS sent_through, received_through, last_error, m.*,"
        " p.* FROM link l LEFT JOIN (SELECT link_id, count(*) FILTER (WHERE state = 'pending') AS pending,"
        " count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state = 'parked') AS parked,"
        " count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,"
        " min(created_at) FILTER (WHERE state IN ('pending', 'sent')) AS waiting_since"
        " FROM outbound WHERE organisation_id = $1 GROUP BY link_id) AS m ON m.link_id = l.id"
        " LEFT JOIN (SELECT link_id, count(*) AS pairs, count(refusal) AS refused_pairs FROM pair"
        " WHERE organisation_id = $1 AND subject IN ('account', 'subscription') GROUP BY link_id) AS p"
        " ON p.link_id = l.id WHERE l.organisation_id = $1 AND $2 <> '' ORDER BY l.id LIMIT 201"
    ),
    "parkedMessages": _page(
        "id, link_id, subject, pair_id, version, reason, created_at",
        "outbound",
        "organisation_id = $1 AND $2 <> '' AND state = 'parked'",
    ),
}
"""The first page of each list, with what `bench.lists` asks for and one row more to know whether there is a next."""

_BELOW = f"{_SCOPE} AND path >= $3 AND path < $3 || '~'"
HIERARCHY = (
    "SELECT id, parent_id, kind, name, accounting_number, mirrored, managed_by,"
    " (SELECT count(*) FROM subscription s WHERE s.organisation_id = $1 AND s.path >= a.path"
    f" AND s.path < a.path || '~') AS subscriptions FROM account a WHERE {_BELOW} ORDER BY path",
    "SELECT s.id, s.account_id, s.name, o.id AS offering_id, o.name AS offering, s.state, s.quantity, s.mirrored,"
    " s.managed_by, p.version, p.acknowledged_version, p.refusal, u.used"
    " FROM subscription s JOIN offering o ON o.organisation_id = $1 AND o.id = s.offering_id"
    " LEFT JOIN pair p ON p.organisation_id = $1 AND p.local_id = s.id"
    " CROSS JOIN LATERAL (SELECT jsonb_object_agg(meter, used) AS used FROM (SELECT meter, sum(quantity) AS used"
    f" FROM usage_hour WHERE {_SCOPE} AND subscription_id = s.id AND hour >= '2025-12-31T23:00Z'"
    " AND hour < '2026-01-31T23:00Z' GROUP BY 1) AS by_meter) AS u"
    " WHERE s.organisation_id = $1 AND s.path >= $3 AND s.path < $3 || '~' AND s.path >= $2 AND s.path < $2 || '~'"
    " ORDER BY s.path, s.id",
)

# Levels of 1, 20, 10 and 10 accounts below each, and customers below the last: 5 levels.
LEVEL = """
INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email, billing_address,
    mirrored, managed_by, version, created_at)
  SELECT gen_random_uuid(), a.organisation_id, a.path || '{letter}' || lpad(n::text, 9, '0') || '.', a.id, '{kind}',
    '{name} ' || n, '', '{letter}' || n || '@bench.example', '', false, '', 1, a.created_at
  FROM account a, generate_series(1, {each}) AS n WHERE {above}
"""
_SUBSCRIPTIONS = """
INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity, characteristics,
    cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by, version, created_at)
  SELECT gen_random_uuid(), a.organisation_id, a.path, a.id, o.id, 'Server ' || n, 'active', n, '{}', 'P1M', true, '',
    a.created_at, false, '', 1, a.created_at
  FROM account a, (SELECT id FROM offering ORDER BY id LIMIT 1) AS o, generate_series(1, 2) AS n
  WHERE a.name LIKE 'Customer %'
"""
_TOP = "SELECT id, path FROM account WHERE name = 'Lite 1' ORDER BY path LIMIT 1"
_USED = """
INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)
  SELECT s.organisation_id, s.path, s.id, m.code, 'vm', timestamptz '2026-01-01Z' + interval '1 hour' * n, n, 1
  FROM subscription s, (SELECT code FROM meter ORDER BY id LIMIT 2) AS m, generate_series(1, 12) AS n
  WHERE starts_with(s.path, $1)
"""
_PAIRED = """
INSERT INTO pair (id, organisation_id, link_id, pair_id, subject, local_id, version, acknowledged_version, created_at)
  SELECT gen_random_uuid(), s.organisation_id, l.id, gen_random_uuid(), 'subscription', s.id, 2, 2, s.created_at
  FROM subscription s, (SELECT id FROM link ORDER BY id LIMIT 1) AS l WHERE starts_with(s.path, $1)
"""


@dataclass(frozen=True)
class Top:
    """A reseller's account with ten below it, each with 100 customers."""

    account_id: UUID
    path: str


async def fill(admin: asyncpg.Connection, books: Books, accounts: int) -> Top:
    """Write the accounts, set-based, with two subscriptions for each customer; usage and pairs below the top."""
    resellers = max(1, accounts // 10_000)
    levels = (
        ("r", "reseller", "Reseller", resellers, "a.kind = 'root'"),
        ("l", "lite_reseller", "Lite", 10, "a.name LIKE 'Reseller %'"),
        ("m", "lite_reseller", "Partner", 10, "a.name LIKE 'Lite %'"),
        ("c", "customer", "Customer", 100, "a.name LIKE 'Partner %'"),
    )
    for letter, kind, name, each, above in levels:
        await admin.execute(LEVEL.format(letter=letter, kind=kind, name=name, each=each, above=above))
        # Or the checks of references keep the plan that was right for an empty table, and read all of it for each row.
        await admin.execute("ANALYZE account")
    await admin.execute(_SUBSCRIPTIONS)
    row = await admin.fetchrow(_TOP)
    assert row is not None
    for statement in (_USED, _PAIRED):
        await admin.execute(statement, row["path"])
    await admin.execute("VACUUM ANALYZE")
    counts = await admin.fetchrow("SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM subscription)")
    assert counts is not None
    print(f"{counts[0]:,} accounts, {counts[1]:,} subscriptions", flush=True)
    return Top(row["id"], row["path"])
