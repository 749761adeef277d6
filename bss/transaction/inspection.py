"""Read the database's own catalogue and say where a guard is missing.

Owns: the rules that every table, function and role must satisfy, as one list of findings for tests and for
`bss doctor`. Does not own: making the guards (`bss.transaction.guard`).
"""

from __future__ import annotations

import asyncpg

from bss.transaction.database import Role

DEFINER_FUNCTIONS = frozenset(
    {
        "directory_client",
        "directory_forget_host",
        "directory_host",
        "directory_link",
        "directory_named",
        "directory_organisations",
        "directory_register",
        "directory_register_client",
        "directory_register_host",
        "directory_register_link",
        "directory_register_token",
        "directory_take_due",
        "directory_token",
        "mark_due",
    }
)
"""The allow-list: every function that runs with its owner's rights."""

UNGUARDED = frozenset({"tortoise_migrations"})
"""Tables that belong to no organisation and hold no tenant's data."""

_FINDINGS = {
    "a table stands in none of the three classes": """
        SELECT t.relname FROM tables t WHERE NOT t.is_directory AND NOT t.has_organisation
          AND t.relname <> ALL($1::text[])""",
    "a tenant table lacks forced row-level security": """
        SELECT t.relname FROM tables t WHERE t.has_organisation AND NOT t.is_directory
          AND NOT (t.relrowsecurity AND t.relforcerowsecurity)""",
    "a tenant table lacks a policy that checks the organisation on read and on write": """
        SELECT t.relname FROM tables t WHERE t.has_organisation AND NOT t.is_directory AND NOT t.relispartition
          AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = t.relname AND p.permissive = 'PERMISSIVE'
            AND p.qual LIKE '%bss.organisation%' AND p.with_check = p.qual)""",
    "an account table's policy does not look at the path": """
        SELECT t.relname FROM tables t WHERE t.has_path AND NOT t.is_directory AND NOT t.relispartition
          AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = t.relname AND p.qual LIKE '%bss.path%')""",
    "a tenant table has more than one policy": """
        SELECT p.tablename FROM pg_policies p GROUP BY 1 HAVING count(*) > 1""",
    "a foreign key can leave the organisation": """
        SELECT c.conname FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
        WHERE c.contype = 'f' AND t.has_organisation AND NOT EXISTS (
          SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
            AND a.attname = 'organisation_id')""",
    "a run-time role may touch the directory": """
        SELECT t.relname || ' ' || r.rolname FROM tables t, pg_roles r
        WHERE t.is_directory AND r.rolname = ANY($2::text[])
          AND has_table_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')""",
    "a view shows rows with its owner's rights": """
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'm'
          OR c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false))""",
    "a function runs with its owner's rights and is not on the allow-list": """
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
          AND p.proname <> ALL($3::text[])""",
    "a function that runs with its owner's rights has no fixed search path": """
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
          AND NOT coalesce(p.proconfig::text LIKE '%search_path%', false)""",
    "a run-time role can bypass row-level security or owns a table": """
        SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY($2::text[]) AND (r.rolsuper OR r.rolbypassrls
          OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace))""",
    "a run-time role can become another role": """
        SELECT r.rolname FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid
        WHERE r.rolname = ANY($2::text[])""",
}

_TABLES = """
    WITH tables AS (
      SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
        c.relname LIKE 'directory\\_%' AS is_directory,
        EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organisation_id')
          AS has_organisation,
        EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'path') AS has_path
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')),
    arguments AS (SELECT $1::text[], $2::text[], $3::text[])
"""


async def findings(connection: asyncpg.Connection | asyncpg.Pool) -> tuple[str, ...]:
    """What is wrong with the catalogue, in sentences; empty when every guard stands."""
    arguments = (list(UNGUARDED), [role.value for role in Role], list(DEFINER_FUNCTIONS))
    found = []
    for sentence, query in _FINDINGS.items():
        for row in await connection.fetch(f"{_TABLES} {query}", *arguments):
            found.append(f"{sentence}: {row[0]}")
    return tuple(found)
