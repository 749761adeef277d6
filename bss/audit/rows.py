"""From rows to entries. Owns: which columns are read. Does not own: any statement."""

from __future__ import annotations

from dataclasses import fields

from asyncpg import Record

from bss.audit.entry import AuditEntry, Entry
from bss.transaction.value import valued

ENTRY_COLUMNS = ", ".join(field.name for field in fields(Entry))
AUDIT_COLUMNS = f"{ENTRY_COLUMNS}, position, link"

recorded_of = valued(Entry)


def entry_of(row: Record) -> AuditEntry:
    """The entry with its place."""
    return AuditEntry(recorded_of(row), row["position"], row["link"])
