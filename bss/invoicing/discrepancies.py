"""Discrepancies: where what was sold, what is provided and what was billed do not agree, and by how much.

Owns: the comparison for one account and what is below it, and what each finding is worth. Does not own: the rating, as
a bill run's (`bss.rating.so_far`), or mending anything. Nothing is written, and what agrees is not told.

Three things are held against each other. *Sold and provided*: what is bought over a link and paid for now, and what its
supplier has accepted. *Used and sold*: hours that were metered while nothing was in service. *Sold and billed*: what
the edge on which the account buys charged in its last closed periods, and what it would charge as things are known
now. Charges by a cycle of their own, or in advance, are settled by the next bill and do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from bss.agreements.edge import Edge
from bss.agreements.past_terms import as_of
from bss.agreements.queries import past_terms
from bss.catalogue.price_list import ChargeKind
from bss.invoicing.open_periods import closed_by_run, issued_among
from bss.organisations import queries as organisations
from bss.period import Period
from bss.permission import Permission
from bss.provisioning.told import told
from bss.rating.channel import edges_bought_at
from bss.rating.history import offerings_by_cycle
from bss.rating.line import invoice_id
from bss.rating.so_far import as_the_bill_run, rated_so_far
from bss.transaction.begin import Transaction, raised
from bss.viewer import Viewer, requires

CLOSED_PERIODS = 3
"""How many closed periods of an edge are rated again."""
MOST_FOUND = 1_000
MOMENT = timedelta(milliseconds=1)
_RECURRING = (ChargeKind.RECURRING.value, ChargeKind.RECURRING_IN_ADVANCE.value)


class DiscrepancyKind(StrEnum):
    """What does not agree, and with it what to do."""

    REFUSED = "refused"
    UNANSWERED = "unanswered"
    USED_UNSOLD = "used_unsold"
    BILLED_OTHERWISE = "billed_otherwise"


SUGGESTION: dict[DiscrepancyKind, str] = {
    DiscrepancyKind.REFUSED: "Mend what the supplier says and change the subscription, or cancel it to its start.",
    DiscrepancyKind.UNANSWERED: "See whether the link is up and has parked messages; it is not billed until then.",
    DiscrepancyKind.USED_UNSOLD: "Date back the sale, put off the end, or correct the usage; its bill is parked.",
    DiscrepancyKind.BILLED_OTHERWISE: "It was learned after the bill: agree the difference with the buyer.",
}


class Billed(NamedTuple):
    """What one charge came to on the bill of a closed period, and what it comes to as it is known now."""

    edge_id: UUID
    charge: str
    currency: str
    billed: Decimal
    owed: Decimal


@dataclass(frozen=True)
class Discrepancy:
    """A finding about a subscription within `[since, until)`; `until` None while it lasts. `message` is for people."""

    kind: DiscrepancyKind
    subscription_id: UUID
    since: datetime
    until: datetime | None
    message: str
    bill: Billed | None = None


@requires(Permission.INVOICE_VIEW)
async def discrepancies(viewer: Viewer, account_id: UUID, *, now: datetime) -> tuple[Discrepancy, ...]:
    """What does not agree of the account and of all below it, by kind and subscription.

    At most 1,000 of a kind, and of what was billed otherwise in each period.

    Raises `NotFound`, and `InvalidInput` where more than 10,000 subscriptions would have to be rated.
    """
    account = await organisations.one(viewer, account_id, path=("accountId",))
    async with raised(viewer, as_the_bill_run(viewer)) as tx:
        edges = await edges_bought_at(tx, account.path)
        billed = [one for edge in edges if edge.holds_at(now) for one in await _billed_otherwise(tx, edge, now)]
        # Who resells what lies above the buyer too; what comes back is of the account and below it.
        provided = await _unprovided(tx, viewer, account.path, now)
        used = await _used_unsold(tx, account.path, _month_ago(edges, now))
    found = (*provided, *used, *billed)
    return tuple(sorted(found, key=lambda one: (one.kind, one.subscription_id, one.since)))


async def _unprovided(tx: Transaction, viewer: Viewer, path: str, now: datetime) -> list[Discrepancy]:
    rows = await tx.connection.fetch(
        "SELECT s.id, s.refusal, g.effective_from FROM subscription s"
        " JOIN segment g ON g.organisation_id = $1 AND g.subscription_id = s.id AND g.recorded_to IS NULL"
        "  AND g.status <> 'trial' AND g.effective_from <= $3 AND (g.effective_to IS NULL OR g.effective_to > $3)"
        " JOIN offering o ON o.organisation_id = $1 AND o.id = g.offering_id AND o.supply_link_id IS NOT NULL"
        " WHERE s.organisation_id = $1 AND s.path >= $2 AND s.path < $2 || '~' AND s.provisioned_at IS NULL"
        f" ORDER BY s.id LIMIT {MOST_FOUND}",
        *(tx.organisation_id, path, now),
    )
    found = []
    for row in rows:
        kind = DiscrepancyKind.UNANSWERED if row["refusal"] is None else DiscrepancyKind.REFUSED
        message = told(viewer, row["refusal"]) or "the supplier has not answered yet"
        found.append(Discrepancy(kind, row["id"], row["effective_from"], None, message))
    return found


async def _used_unsold(tx: Transaction, path: str, since: datetime) -> list[Discrepancy]:
    rows = await tx.connection.fetch(
        "SELECT u.subscription_id, u.meter, count(DISTINCT u.hour) AS hours, min(u.hour) AS first, max(u.hour) AS last"
        " FROM usage_hour u WHERE u.organisation_id = $1 AND u.path >= $2 AND u.path < $2 || '~' AND u.hour >= $3"
        " AND u.quantity > 0 AND NOT EXISTS (SELECT FROM segment g WHERE g.organisation_id = $1"
        "  AND g.subscription_id = u.subscription_id AND g.recorded_to IS NULL"
        "  AND g.effective_from < u.hour + interval '1 hour' AND (g.effective_to IS NULL OR g.effective_to > u.hour))"
        f" GROUP BY u.subscription_id, u.meter ORDER BY u.subscription_id, u.meter LIMIT {MOST_FOUND}",
        *(tx.organisation_id, path, since),
    )
    return [
        Discrepancy(
            *(DiscrepancyKind.USED_UNSOLD, row["subscription_id"], row["first"], row["last"] + timedelta(hours=1)),
            f"{row['hours']} hours of {row['meter']} while nothing was in service",
        )
        for row in rows
    ]


def _month_ago(edges: Iterable[Edge], now: datetime) -> datetime:
    """The start of the period before the one in progress; 31 days ago where nothing is bought."""
    starts = [edge.period(edge.period(now).start - MOMENT).start for edge in edges]
    return min(starts, default=now - timedelta(days=31))


async def _billed_otherwise(tx: Transaction, edge: Edge, now: datetime) -> list[Discrepancy]:
    past = (await past_terms(tx.viewer, [edge.id])).get(edge.id, ())
    by_cycle = await offerings_by_cycle(tx)
    found: list[Discrepancy] = []
    at = edge.period(now).start
    for _ in range(CLOSED_PERIODS):
        then = as_of(edge, past, at - MOMENT)
        period = then.period(at - MOMENT)
        at = period.start
        if not then.holds_within(period.start, period.end):
            break
        if await _closed(tx, then, period):
            rated = await rated_so_far(tx, (then,), period, now, {then.id: period.start - MOMENT})
            lines = [line for line in rated.lines if not _by_cycle(line.charge_kind, line.offering_id, by_cycle)]
            owed = _sums((line.subscription_id, line.charge, line.amount) for line in lines)
            billed = await _stored(tx, then, period, by_cycle)
            # What cannot be charged now is told by its reason, and not as if it came to nothing.
            unknown = {issue.subscription_id for issue in rated.issues}
            found += _differences(then, period, {key: billed[key] for key in billed if key[0] not in unknown}, owed)
    return found


async def _closed(tx: Transaction, edge: Edge, period: Period) -> bool:
    bill = invoice_id(edge, period)
    return bool(await issued_among(tx, [bill])) or edge.id in await closed_by_run(tx, [edge], period)


Sums = dict[tuple[UUID, str], Decimal]
"""Amounts by subscription and charge."""


async def _stored(tx: Transaction, edge: Edge, period: Period, by_cycle: frozenset[UUID]) -> Sums:
    rows = await tx.connection.fetch(
        "SELECT subscription_id, charge, sum(amount) AS amount FROM billable_line"
        " WHERE organisation_id = $1 AND edge_id = $2 AND billing_start = $3"
        " AND NOT (charge_kind = ANY($4) AND offering_id = ANY($5)) GROUP BY subscription_id, charge",
        *(tx.organisation_id, edge.id, period.start, list(_RECURRING), list(by_cycle)),
    )
    return {(row["subscription_id"], row["charge"]): row["amount"] for row in rows}


def _by_cycle(kind: str, offering_id: UUID, by_cycle: frozenset[UUID]) -> bool:
    return kind in _RECURRING and offering_id in by_cycle


def _sums(amounts: Iterable[tuple[UUID, str, Decimal]]) -> Sums:
    found: Sums = {}
    for subscription_id, charge, amount in amounts:
        found[subscription_id, charge] = found.get((subscription_id, charge), Decimal(0)) + amount
    return found


def _differences(edge: Edge, period: Period, billed: Sums, owed: Sums) -> Iterator[Discrepancy]:
    nothing = Decimal(0)
    otherwise = (key for key in sorted({**billed, **owed}) if billed.get(key, nothing) != owed.get(key, nothing))
    for subscription_id, charge in islice(otherwise, MOST_FOUND):
        was, comes_to = (sums.get((subscription_id, charge), nothing) for sums in (billed, owed))
        yield Discrepancy(
            *(DiscrepancyKind.BILLED_OTHERWISE, subscription_id, period.start, period.end),
            f"{charge} was billed {was:f} {edge.currency} and comes to {comes_to:f} as it is known now",
            Billed(edge.id, charge, edge.currency, was, comes_to),
        )
