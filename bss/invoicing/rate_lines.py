"""From the consumption of a subscription to its rated lines, on every edge of its chain.

Owns: that one reading is rated on each edge by the edge's own terms, for the time that the edge was in the chain, that
usage is rounded by the line, and that a subscription which cannot be charged on an edge has no line there. Does not
own: what is due (`bss.invoicing.charges`), the arithmetic (`bss.tariff.rating`), storing (`bss.invoicing.write_lines`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import orjson

from bss.agreements.edge import Edge
from bss.catalogue.price_list import ChargeKind
from bss.invoicing.channel import Channel
from bss.invoicing.charges import Due, Prices, Terms, Unbillable, due
from bss.invoicing.consumption import Consumption, Window
from bss.invoicing.line import ORIGINAL, BillableLine, invoice_id, line_id
from bss.period import Period
from bss.policy import LicenceLines, policy_named
from bss.subscriptions.timeline import SegmentStatus
from bss.tariff.rating import rate


@dataclass(frozen=True)
class Issue:
    """Why a subscription could not be charged on an edge; its Bill-To gets no invoice until this is mended."""

    edge_id: UUID
    subscription_id: UUID
    invoice_id: UUID | None
    billing_start: datetime
    reason: str

    def __str__(self) -> str:
        when = f"{self.billing_start:%Y-%m-%d %H:%MZ}"
        return f"subscription {self.subscription_id} on edge {self.edge_id}, period from {when}: {self.reason}"


class PeriodRating:
    """Rates one billing period on its open edges."""

    def __init__(
        self, period: Period, edges: Iterable[Edge], channel: Channel, prices: Mapping[UUID, Prices], now: datetime
    ) -> None:
        self._channel, self._period = channel, period
        self._edges = {
            edge.id: EdgeRating(edge, period, prices.get(edge.price_list_id, Prices({}, {})), now) for edge in edges
        }

    def rated(self, organisation_id: UUID, used: Consumption) -> tuple[list[BillableLine], list[Issue]]:
        """The lines on every open edge of the subscription's chain, and the edges that cannot be charged."""
        lines: list[BillableLine] = []
        issues: list[Issue] = []
        for edge_id, part in self._charged(used):
            try:
                self._refuse_unprovisioned(part)
                lines += self._edges[edge_id].lines(organisation_id, part)
            except Unbillable as unbillable:
                issues += self._edges[edge_id].issues(part, unbillable)
        return lines, issues

    def _refuse_unprovisioned(self, used: Consumption) -> None:
        """Raise `Unbillable` for what the supplier has not accepted: to bill it, or to pass over it, may be wrong."""
        paid = [stretch for stretch in used.stretches if stretch.status is not SegmentStatus.TRIAL]
        if used.provisioned or not any(self._channel.resold(stretch.offering_id) for stretch in paid):
            return
        if used.refusal is None:
            raise Unbillable(("the subscription is not provisioned by its supplier yet",))
        raise Unbillable((f"the subscription is not provisioned, its supplier refuses it: {used.refusal}",))

    def _charged(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        for edge_id, part in self._sold(used):
            if edge_id in self._edges:
                yield edge_id, part
        supply = {stretch.offering_id: self._channel.supply(stretch.offering_id) for stretch in used.stretches}
        for edge in set(supply.values()):
            if edge is not None and edge.id in self._edges:
                bought = tuple(stretch for stretch in used.stretches if supply[stretch.offering_id] == edge)
                yield edge.id, replace(used, stretches=bought)

    def _sold(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        """The selling edges of its chain, each with what of the period was charged on it."""
        if not used.places:
            for edge in self._channel.selling(used.path, self._period.start):
                yield edge.id, used
            return
        windows: dict[UUID, list[Window]] = {}
        for place in used.places:
            turns = (place.start, *self._channel.turns(*place), place.end)
            for window in pairwise(turns):
                for edge in self._channel.selling(place.path, window[0]):
                    _join(windows.setdefault(edge.id, []), window)
        whole = [(self._period.start, self._period.end)]
        for edge_id, parts in windows.items():
            # An edge on which it stayed is rated as if nothing had moved: in one line, and to the same cent.
            yield edge_id, used if parts == whole else used.within(tuple(parts))


def _join(windows: list[Window], window: Window) -> None:
    """Add the window; to the last one, when that ends where it begins."""
    if windows and windows[-1][1] == window[0]:
        windows[-1] = windows[-1][0], window[1]
    else:
        windows.append(window)


class EdgeRating:
    """Rates one billing period on one edge, by its price list, policy, zone and currency."""

    def __init__(self, edge: Edge, period: Period, prices: Prices, now: datetime) -> None:
        self._edge, self._edge_text = edge, str(edge.id)
        policy = policy_named(edge.policy)
        self._terms = Terms(period, edge.zone, policy, edge.anchored(period.start))
        # A unit of usage costs less than a minor unit as a rule, and would be rounded to nothing.
        by_the_line = replace(policy, licence_lines=LicenceLines.ROUND_LINE)
        self._policies = {kind: by_the_line if kind is ChargeKind.USAGE else policy for kind in ChargeKind}
        self._prices = prices
        self._invoice_id = invoice_id(edge, period)
        self._now = now

    def lines(self, organisation_id: UUID, used: Consumption) -> list[BillableLine]:
        """The rated lines; none for what is neither used nor costs anything. Raises `Unbillable`."""
        subscription = str(used.subscription_id)
        found = [self._line(organisation_id, used, subscription, one) for one in due(used, self._prices, self._terms)]
        return [line for line in found if line.amount or line.quantity]

    def issues(self, used: Consumption, unbillable: Unbillable) -> list[Issue]:
        """The reasons as issues of this edge and period."""
        place = self._edge.id, used.subscription_id, self._invoice_id, self._terms.period.start
        return [Issue(*place, reason) for reason in unbillable.reasons]

    def _line(self, organisation_id: UUID, used: Consumption, subscription: str, one: Due) -> BillableLine:
        edge, terms, charge = self._edge, self._terms, one.charge
        amount, explanation = rate(charge.price, one.quantity, one.share, self._policies[charge.kind], edge.currency)
        explanation["price_version"] = str(charge.version_id)
        return BillableLine(
            id=line_id(self._edge_text, subscription, charge.code, one.service_start),
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
            kind=ORIGINAL,
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
