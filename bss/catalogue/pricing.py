"""Which offerings the versions of a price list price, and which of them at nothing.

Owns: when a price comes to nothing, and which version prices a billing period (ADR 10), as values. Does not own: which
lists charge a subscription (`bss.agreements`), or what follows from being free or unpriced (the callers). How much is
asked stands in no answer of this module.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from bss.period import Period
from bss.permission import Permission
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price, from_data
from bss.tariff.volume import Volume
from bss.transaction.begin import reading
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires


@dataclass(frozen=True)
class Pricing:
    """A published version, and which of the offerings that were asked for it prices; `free` are those at nothing.

    An offering without a price is not free: nobody has said what it costs.
    """

    valid_from: datetime
    priced: frozenset[UUID]
    free: frozenset[UUID]


def costs_nothing(price: Price) -> bool:
    """Whether the price comes to nothing whatever the quantity."""
    match price:
        case Flat(fee=rate) | PerUnit(unit=rate) | Package(block=rate):
            return not rate
        case Graduated(tiers=tiers) | Volume(tiers=tiers):
            return not any(tier.unit or tier.flat for tier in tiers)
        case _ as unreachable:
            assert_never(unreachable)


def in_force(versions: Sequence[Pricing], period: Period) -> Pricing | None:
    """Of a list's versions, in order, the one that prices the period: in force at its start, or the first within it."""
    begun = [one for one in versions if one.valid_from <= period.start]
    within = [one for one in versions if one.valid_from < period.end]
    return next(iter((*begun[-1:], *within[:1])), None)


_PRICES = f"""
SELECT version.price_list_id, version.valid_from, price.offering_id, price.model
FROM (SELECT id, price_list_id, valid_from FROM price_version WHERE {IN_SCOPE} AND price_list_id = ANY($3)) AS version
LEFT JOIN price ON price.organisation_id = $1 AND price.version_id = version.id AND price.offering_id = ANY($4)
ORDER BY version.price_list_id, version.valid_from
"""


@requires(Permission.PRICE_VIEW)
async def pricings(
    viewer: Viewer, price_list_ids: Collection[UUID], offering_ids: Collection[UUID]
) -> dict[UUID, tuple[Pricing, ...]]:
    """The versions of each list in the viewer's scope, in order, as they price the offerings. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _PRICES, *(viewer.organisation_id, viewer.path, list(price_list_ids), list(offering_ids))
        )
    asked: dict[tuple[UUID, datetime], dict[UUID, bool]] = {}
    for row in rows:
        free = asked.setdefault((row["price_list_id"], row["valid_from"]), {})
        if row["offering_id"] is not None:
            nothing = costs_nothing(from_data(json.loads(row["model"])))
            free[row["offering_id"]] = nothing and free.get(row["offering_id"], True)
    found: dict[UUID, tuple[Pricing, ...]] = dict.fromkeys(price_list_ids, ())
    for (price_list_id, valid_from), free in asked.items():
        at_nothing = frozenset(each for each, nothing in free.items() if nothing)
        found[price_list_id] = (*found[price_list_id], Pricing(valid_from, frozenset(free), at_nothing))
    return found
