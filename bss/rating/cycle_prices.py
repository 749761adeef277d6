"""The prices of cycles: a cycle is charged, and credited, by what was agreed when it began or was taken, to its end.

Owns: which version of a list prices a cycle, and all that a billing period is rated by, read at once. Does not own:
the version of a billing period (`bss.rating.prices`), or what is due of a cycle (`bss.rating.cycles`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge
from bss.agreements.past_terms import PastTerms
from bss.agreements.queries import former_terms
from bss.catalogue import queries as catalogue
from bss.period import Period
from bss.rating.charges import Charge, Prices
from bss.rating.history import offerings_by_cycle
from bss.rating.prices import by_offering, prices_of_period
from bss.rating.unbillable import Unbillable
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class CyclePrices:
    """The versions of each list, the earliest first, with the instant from which each is in force.

    They have the prices of `offering_ids`, of which anything is charged by cycle.
    """

    versions: Mapping[UUID, Sequence[tuple[datetime, Prices]]] = field(default_factory=dict)
    offering_ids: Collection[UUID] = frozenset()

    def charges(self, price_list_id: UUID, offering_id: UUID, begun: datetime) -> tuple[Charge, ...]:
        """By what a cycle of the offering is charged that begins then; nothing of another one. Raises `Unbillable`.

        By the latest version, not after the instant, that has a price for the offering; else by the first that has one.
        """
        if offering_id not in self.offering_ids:
            return ()
        pricing = [
            (since, prices)
            for since, prices in self.versions.get(price_list_id, ())
            if offering_id in prices.charges or offering_id in prices.broken
        ]
        _, prices = max(
            (version for version in pricing if version[0] <= begun),
            key=lambda version: version[0],
            default=pricing[0] if pricing else (begun, Prices({}, {})),
        )
        if problems := prices.problems(offering_id):
            raise Unbillable(problems)
        return prices.charges[offering_id]

    def charge(self, version_id: UUID, offering_id: UUID, code: str) -> Charge:
        """By what a line was charged, of that version. Raises `Unbillable`."""
        for versions in self.versions.values():
            for _, prices in versions:
                for charge in prices.charges.get(offering_id, ()):
                    if (charge.version_id, charge.code) == (version_id, code):
                        return charge
        raise Unbillable((f"the charge {code} by which it was charged is not there any more",))


@dataclass(frozen=True)
class PeriodTerms:
    """By what one billing period is rated: prices by list, prices of cycles, and what the edges' terms were before."""

    prices: Mapping[UUID, Prices]
    by_cycle: CyclePrices
    past: Mapping[UUID, tuple[PastTerms, ...]]


async def terms_of_period(
    tx: Transaction, edges: Collection[Edge], period: Period, *, known_at: datetime
) -> PeriodTerms:
    """The terms of these edges for the period, with what was published by `known_at`."""
    prices = await prices_of_period(tx, {edge.price_list_id for edge in edges}, period, known_at=known_at)
    offering_ids = await offerings_by_cycle(tx)
    if not offering_ids:
        return PeriodTerms(prices, CyclePrices(), {})
    past = await former_terms(tx.viewer, [edge.id for edge in edges])
    lists = {edge.price_list_id for edge in edges} | {one.price_list_id for some in past.values() for one in some}
    return PeriodTerms(prices, await _cycle_prices(tx, lists, offering_ids, period, known_at), past)


async def _cycle_prices(
    tx: Transaction, lists: Collection[UUID], offering_ids: Collection[UUID], period: Period, known_at: datetime
) -> CyclePrices:
    rows = await tx.connection.fetch(
        "SELECT id, price_list_id, valid_from FROM price_version WHERE organisation_id = $1"
        " AND price_list_id = ANY($2) AND valid_from <= $3 AND published_at <= $4 ORDER BY valid_from",
        *(tx.organisation_id, list(lists), period.end, known_at),
    )
    lines = await catalogue.prices_of_versions(tx.viewer, [row["id"] for row in rows], offering_ids=offering_ids)
    offerings = await catalogue.offerings(tx.viewer, {line.offering_id for some in lines.values() for line in some})
    meters = await catalogue.meters(tx.viewer)
    versions: dict[UUID, list[tuple[datetime, Prices]]] = {}
    for row in rows:
        priced = by_offering(lines[row["id"]], offerings, meters)
        versions.setdefault(row["price_list_id"], []).append((row["valid_from"], priced))
    return CyclePrices(versions, offering_ids)
