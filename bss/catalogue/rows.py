"""From rows to offerings.

Owns: the columns, which are the fields of the value, and the mapping. Does not own: which rows
(`bss.catalogue.queries`).
"""

from __future__ import annotations

import json
from dataclasses import fields
from uuid import UUID

from asyncpg import Record

from bss.catalogue.characteristic import offered_of
from bss.catalogue.product import Offering, OfferingKind

OFFERING_COLUMNS = ", ".join(f"offering.{field.name}" for field in fields(Offering))

SUPPLIER = "coalesce(o.supply_link_id, o.vendor_id)"
"""`Offering.supplier_id` of an offering `o`, in SQL."""


VERSION_IN_FORCE = """SELECT id FROM price_version
  WHERE organisation_id = $1 AND price_list_id = asked.list AND valid_from < asked.ends
  ORDER BY valid_from > asked.starts, CASE WHEN valid_from <= asked.starts THEN valid_from END DESC NULLS LAST,
    valid_from LIMIT 1"""
"""The version that prices a period (ADR 10), for rows `asked` with a `list` and the period's `starts` and `ends`."""


def offering_of(row: Record) -> Offering:
    """The offering in a row that has `OFFERING_COLUMNS` among its own."""
    values = {field.name: row[field.name] for field in fields(Offering)}
    values["characteristics"] = offered_of(values["characteristics"])
    values["private_to"] = tuple(UUID(account) for account in json.loads(values["private_to"]))
    return Offering(**{**values, "kind": OfferingKind(values["kind"])})
