"""From rows to offerings.

Owns: the columns, which are the fields of the value, and the mapping. Does not own: which rows
(`bss.catalogue.queries`).
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from uuid import UUID

import orjson

from bss.catalogue.characteristic import offered_of
from bss.catalogue.product import Offering, OfferingKind
from bss.cycle import cycle_of
from bss.transaction.value import valued

OFFERING_COLUMNS = ", ".join(f"offering.{field.name}" for field in fields(Offering))

SUPPLIER = "coalesce(o.supply_link_id, o.vendor_id)"
"""`Offering.supplier_id` of an offering `o`, in SQL."""


OPEN_TO = """(offering.private_to = '[]' OR EXISTS (
    SELECT FROM jsonb_array_elements_text(offering.private_to) AS one (id)
    JOIN account ON account.organisation_id = $1 AND account.id = one.id::uuid
    WHERE account.path = ANY($3) OR account.path >= $2 AND account.path < $2 || '~'))"""
"""Who may know an offering: whose path is $2, and its ancestors' $3, when it, one above or one below it may buy it."""

VERSION_IN_FORCE = """SELECT id FROM price_version
  WHERE organisation_id = $1 AND price_list_id = asked.list AND valid_from < asked.ends
  ORDER BY valid_from > asked.starts, CASE WHEN valid_from <= asked.starts THEN valid_from END DESC NULLS LAST,
    valid_from LIMIT 1"""
"""The version that prices a period (ADR 10), for rows `asked` with a `list` and the period's `starts` and `ends`."""


@lru_cache(maxsize=1000)
def _accounts(data: str) -> tuple[UUID, ...]:
    return tuple(map(UUID, orjson.loads(data)))


offering_of = valued(Offering, kind=OfferingKind, cycle=cycle_of, characteristics=offered_of, private_to=_accounts)
"""The offering in a row that has `OFFERING_COLUMNS` among its own."""
