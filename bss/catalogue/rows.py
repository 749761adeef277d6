"""From rows to offerings.

Owns: the columns, which are the fields of the value, and the mapping. Does not own: which rows
(`bss.catalogue.queries`).
"""

from __future__ import annotations

from dataclasses import fields

from asyncpg import Record

from bss.catalogue.product import Offering, OfferingKind

OFFERING_COLUMNS = ", ".join(f"offering.{field.name}" for field in fields(Offering))

SUPPLIER = "coalesce(o.supply_link_id, o.vendor_id)"
"""`Offering.supplier_id` of an offering `o`, in SQL."""


def offering_of(row: Record) -> Offering:
    """The offering in a row that has `OFFERING_COLUMNS` among its own."""
    values = {field.name: row[field.name] for field in fields(Offering)}
    return Offering(**{**values, "kind": OfferingKind(values["kind"])})
