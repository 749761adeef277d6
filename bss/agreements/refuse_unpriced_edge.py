"""Step: refuse terms by which something that runs could not be charged.

Owns: that a price list lacks no price of what an edge charges, at any billing period that it will price. Does not own:
which subscriptions an edge charges (`bss.catalogue.running`), or the publication that leaves a price out
(`bss.catalogue.write_version`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge
from bss.catalogue.pricing import Pricing, in_force, pricings
from bss.catalogue.running import Charged, charged_on_edge
from bss.refusal import InvalidInput, Problem
from bss.transaction.begin import Transaction


async def refuse_unpriced_edge(
    tx: Transaction, edge: Edge, since: datetime | None, *, place: str = "priceListId"
) -> None:
    """Raise `InvalidInput` with all offerings that run on the edge, from an instant on, and that its list lacks.

    `edge` has the terms that are asked for, and is charged by them from `since` on; None: from the first sale on.
    `place` is what of the input asks for it. Two statements.
    """
    charged = await charged_on_edge(tx, edge.id, since)
    versions = await pricings(tx.viewer, (edge.price_list_id,), [one.offering_id for one in charged])
    lacking = [one for one in charged if _lacks(edge, one, versions[edge.price_list_id])]
    if lacking:
        raise InvalidInput([Problem((place,), _message(one)) for one in lacking])


def _lacks(edge: Edge, charged: Charged, versions: Sequence[Pricing]) -> bool:
    """Whether a version that prices a part of the time has no price for the offering."""
    starts = [edge.next_start(version.valid_from) for version in versions]
    return any(
        not _prices(edge, turn, charged.offering_id, versions)
        for since, until in charged.spans
        for turn in (since, *starts)
        if since <= turn and (until is None or turn < until)
    )


def _prices(edge: Edge, at: datetime, offering_id: UUID, versions: Sequence[Pricing]) -> bool:
    pricing = in_force(versions, edge.period(at))
    return pricing is not None and offering_id in pricing.priced


def _message(charged: Charged) -> str:
    return f"The price list has no price for the offering {charged.offering}; subscriptions on it: {charged.count}."
