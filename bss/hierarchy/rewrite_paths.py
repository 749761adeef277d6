"""Step: rewrite the copies of a path, on every row of an account that moves and of all accounts below it.

Owns: the one list of tables that carry a path. Does not own: the accounts' own places
(`bss.organisations.place_account`), or whether an account may move (the command; `sync`).

Row-level security holds: a viewer rewrites only what lies in its scope, before and after. Whoever calls this is alone
in the organisation (`begin`), because a writer that read the old path before must not write it after.
"""

from __future__ import annotations

from bss.transaction.begin import Transaction

PATHS: dict[str, tuple[str, ...]] = {
    "account": ("path",),
    "account_case": ("path",),
    "account_placement": ("path",),
    "api_token": ("path",),
    "audit": ("path",),
    "billable_line": ("path",),
    "brand": ("path",),
    "bundle": ("path",),
    "bundle_component": ("path",),
    "calendar_event": ("path",),
    "case_comment": ("path",),
    "case_relation": ("path",),
    "client": ("path",),
    "contact": ("path",),
    "delegation": ("path",),
    "delivery": ("path", "seller_path"),
    "document": ("path",),
    "document_content": ("path",),
    "edge": ("path",),
    "email": ("path",),
    "feed_entry": ("path", "seller_path"),
    "host": ("path",),
    "identity": ("path",),
    "identity_provider": ("path",),
    "invitation": ("path",),
    "invoice": ("path", "seller_path"),
    "invoice_file": ("path", "seller_path"),
    "issuer": ("path",),
    "issuer_logo": ("path",),
    "manual_reading": ("path",),
    "membership": ("path",),
    "meter": ("path",),
    "offering": ("path",),
    "past_terms": ("path",),
    "person": ("path",),
    "price": ("path",),
    "price_list": ("path",),
    "price_version": ("path",),
    "product": ("path",),
    "search_word": ("path",),
    "segment": ("path",),
    "series": ("path",),
    "session": ("path",),
    "subscription": ("path",),
    "subscription_order": ("path",),
    "task": ("path",),
    "usage_batch": ("path",),
    "usage_correction": ("path",),
    "usage_event": ("path",),
    "usage_hour": ("path",),
    "usage_key": ("path",),
    "usage_span": ("path",),
    "vendor": ("path",),
}
"""Every table that has copies of a path, and in which columns; a test compares it with the catalogue."""


async def rewrite_paths(tx: Transaction, old: str, new: str) -> None:
    """Put `new` for `old` at the head of every path that begins with it. One statement for each table."""
    for table, columns in PATHS.items():
        await tx.connection.execute(_rewriting(table, columns), tx.organisation_id, old, new)


def _rewriting(table: str, columns: tuple[str, ...]) -> str:
    below = {column: f"{column} >= $2 AND {column} < $2 || '~'" for column in columns}
    moved = ", ".join(
        f"{column} = CASE WHEN {inside} THEN $3::text || substr({column}, length($2) + 1) ELSE {column} END"
        for column, inside in below.items()
    )
    return f"UPDATE {table} SET {moved} WHERE organisation_id = $1 AND ({' OR '.join(below.values())})"
