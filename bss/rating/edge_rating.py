"""Rating on one edge: the lines of a subscription in one billing period, by the edge's own terms.

Owns: how what is due becomes a line, and that usage is rounded by the line. Does not own: what is due
(`bss.rating.charges`, `bss.rating.cycles`), or the arithmetic (`bss.tariff.rating`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import orjson

from bss.agreements.edge import Edge
from bss.agreements.past_terms import as_of
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.pricing import costs_nothing
from bss.period import Period
from bss.policy import LicenceLines, MoneyPolicy, policy_named
from bss.rating.charged import Standing
from bss.rating.charges import Charge, Due, Prices, Terms, due
from bss.rating.consumption import Consumption
from bss.rating.cycle_prices import PeriodTerms
from bss.rating.cycles import Agreed, CycleTerms, due_by_cycle
from bss.rating.issue import Issue, Refused
from bss.rating.line import BillableLine, LineKind, invoice_id, line_id
from bss.rating.stretch import Stretch
from bss.rating.unbillable import Unbillable
from bss.tariff.rating import credit, rate


class EdgeRating:
    """Rates one billing period on one edge, by its price list, policy, zone and currency.

    `closed` is up to when its periods are closed: the start of this one, or of the first open one before it.
    """

    def __init__(self, edge: Edge, period: Period, terms: PeriodTerms, now: datetime, closed: datetime) -> None:
        self._edge, self._edge_text = edge, str(edge.id)
        policy = policy_named(edge.policy)
        self._terms = Terms(period, edge.zone, policy, edge.anchored(period.start))
        # A unit of usage costs less than a minor unit as a rule, and would be rounded to nothing.
        by_the_line = replace(policy, licence_lines=LicenceLines.ROUND_LINE)
        self._policies = {kind: by_the_line if kind is ChargeKind.USAGE else policy for kind in ChargeKind}
        self._prices = terms.prices.get(edge.price_list_id, Prices({}, {}))
        self._past, self._by_cycle = terms.past.get(edge.id, ()), terms.by_cycle
        self._cycles = CycleTerms(
            period=period,
            until=min(now, period.end),
            next_to_close=closed == period.start,
            zone=edge.zone,
            day=next((one for one in self._past if one.valid_from is None), edge).billing_day,
            agreed=self._agreed,
            charged_by=self._charged_by,
        )
        self._closed = closed
        self._invoice_id = invoice_id(edge, period)
        self._now = now

    def _agreed(self, offering_id: UUID, begun: datetime) -> Agreed:
        then = as_of(self._edge, self._past, begun)
        return Agreed(self._by_cycle.charges(then.price_list_id, offering_id, begun), policy_named(then.policy))

    def _charged_by(self, known: Standing) -> tuple[Charge, MoneyPolicy]:
        return self._by_cycle.charge(known.version_id, known.offering_id, known.charge), policy_named(known.policy)

    def lines(self, organisation_id: UUID, used: Consumption) -> list[BillableLine]:
        """The rated lines; none for what is neither used nor costs anything. Raises `Unbillable`."""
        subscription = str(used.subscription_id)
        found = [self._line(organisation_id, used, subscription, one) for one in self._due(used)]
        return [line for line in found if line.amount or (line.quantity and line.kind == LineKind.ORIGINAL)]

    def _due(self, used: Consumption) -> Iterator[Due]:
        yield from due(used, self._prices, self._terms)
        if used.history is not None:
            yield from due_by_cycle(used.history, used.history.on(self._edge.id, self._closed), self._cycles)

    def free(self, stretch: Stretch) -> bool:
        """Whether everything that is charged for the stretch on the edge comes to nothing."""
        charges = self._prices.charges.get(stretch.offering_id, ())
        return bool(charges) and all(costs_nothing(charge.price) for charge in charges)

    def issues(self, used: Consumption, unbillable: Unbillable) -> list[Issue]:
        """The reasons as issues of this edge and period."""
        place = self._edge.id, used.subscription_id, self._invoice_id, self._terms.period.start
        refusal = unbillable.refusal if isinstance(unbillable, Refused) else None
        return [Issue(*place, reason, refusal) for reason in unbillable.reasons]

    def _line(self, organisation_id: UUID, used: Consumption, subscription: str, one: Due) -> BillableLine:
        edge, terms, charge = self._edge, self._terms, one.charge
        policy = one.policy or self._policies[charge.kind]
        how = policy, edge.currency
        if one.kept is None:
            amount, explanation = rate(charge.price, one.quantity, one.share, *how)
        else:
            amount, explanation = credit(charge.price, one.quantity, one.share, one.kept, *how)
        explanation["price_version"] = str(charge.version_id)
        more = () if one.kind == LineKind.ORIGINAL else (one.kind, terms.period.start)
        return BillableLine(
            id=line_id(self._edge_text, subscription, charge.code, one.service_start, *more),
            organisation_id=organisation_id,
            path=edge.path,
            edge_id=edge.id,
            edge_kind=edge.kind.value,
            subscription_id=used.subscription_id,
            account_id=used.account_id,
            offering_id=one.offering_id,
            charge=charge.code,
            charge_kind=charge.kind.value,
            description=charge.description,
            kind=one.kind,
            service_start=one.service_start,
            service_end=one.service_end,
            billing_start=terms.period.start,
            billing_end=terms.period.end,
            quantity=Decimal(explanation["quantity"]["value"]),
            unit=charge.unit,
            amount=amount.amount,
            currency=edge.currency,
            explanation=orjson.dumps(explanation).decode(),
            invoice_id=self._invoice_id,
            recorded_at=self._now,
        )
