"""SQL that guards tenant tables: row-level security, tenant keys, grants, locks.

Owns: the one way in which a table of each class is guarded, and the three classes themselves. Does not own:
which tables there are (each migration lists its own) and the rules of one table only (the migration too).
"""

from __future__ import annotations

ORGANISATION = "(SELECT nullif(current_setting('bss.organisation', true), '')::uuid)"
# Not in sub-selects: the planner reads a stable function to estimate how much of a table lies in the scope, and cannot
# look into a sub-select. It would take any scope for one in 200 rows, and sort a whole organisation for its first page.
_FROM = "current_setting('bss.path', true)"
_TO = "(nullif(current_setting('bss.path', true), '') || '~')"


def in_scope(column: str) -> str:
    """The account scope as one index range on a path column, which the planner can estimate."""
    return f"({column} >= {_FROM} AND {column} < {_TO})"


def _policy(table: str, condition: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} USING ({condition}) WITH CHECK ({condition})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO bss_app, bss_sync, bss_bulk",
    ]


def organisation_table(table: str) -> list[str]:
    """Guard a table whose rows belong to an organisation as a whole."""
    return [*_tenant_key(table), *_policy(table, f"organisation_id = {ORGANISATION}")]


def account_table(table: str, *, also: str | None = None, with_id: bool = True) -> list[str]:
    """Guard a table whose rows lie in the account tree; `also` is a second path through which they are visible."""
    scope = in_scope("path") if also is None else f"({in_scope('path')} OR {in_scope(also)})"
    collations = [
        f'ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "C"'
        for column in ("path", also)
        if column is not None
    ]
    return [
        *collations,
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_path_not_empty CHECK (path LIKE '%.')",
        f"CREATE INDEX {table}_by_path ON {table} (organisation_id, path)",
        *(_tenant_key(table) if with_id else []),
        *_policy(table, f"organisation_id = {ORGANISATION} AND {scope}"),
    ]


def _tenant_key(table: str) -> list[str]:
    return [f"ALTER TABLE {table} ADD CONSTRAINT {table}_in_organisation UNIQUE (organisation_id, id)"]


def directory_table(table: str) -> list[str]:
    """Guard a table of ids only: no role may touch it, definer functions on the allow-list may."""
    return [f"REVOKE ALL ON {table} FROM PUBLIC, bss_app, bss_sync, bss_bulk"]


def tenant_reference(table: str, column: str, target: str) -> str:
    """A foreign key that cannot leave the organisation."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_exists FOREIGN KEY (organisation_id, {column})"
        f" REFERENCES {target} (organisation_id, id)"
    )


def definer_function(signature: str, returns: str, body: str) -> list[str]:
    """A function that runs as the owner, with a fixed search path; the only door to the directory."""
    name = signature.partition("(")[0]
    return [
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = public, pg_temp AS $body$ {body} $body$",
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {name} TO bss_app, bss_sync, bss_bulk",
    ]


def append_only(table: str, *, except_for: tuple[str, ...] = ()) -> list[str]:
    """Refuse DELETE, and every UPDATE that changes another column than those named."""
    kept = ", ".join(f"'{column}'" for column in except_for)
    return [
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_rewriting({kept})"
    ]


def locked_when(table: str, flag: str, *, except_for: tuple[str, ...] = ()) -> list[str]:
    """Refuse writes to rows with the flag by any role but bss_sync, but for the columns named."""
    arguments = ", ".join(f"'{argument}'" for argument in (flag, *except_for))
    return [
        f"CREATE TRIGGER {table}_is_locked BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_locked({arguments})"
    ]
