"""From the consumption of a subscription to its rated lines, on every edge of its chain.

Owns: that one reading is rated on each edge for the time that the edge was in the chain, and that a subscription which
cannot be charged on an edge has no line there. Does not own: the rating on one edge (`bss.rating.edge_rating`), or
storing (`bss.invoicing.write_lines`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from bss.agreements.edge import Edge
from bss.period import Period
from bss.rating.channel import Channel
from bss.rating.consumption import Consumption
from bss.rating.cycle_prices import PeriodTerms
from bss.rating.edge_rating import EdgeRating
from bss.rating.issue import Issue, Refused
from bss.rating.line import BillableLine
from bss.rating.stretch import Place, Window
from bss.rating.unbillable import Unbillable
from bss.subscriptions.timeline import SegmentStatus


class PeriodRating:
    """Rates one billing period on its open edges."""

    def __init__(
        self,
        period: Period,
        edges: Iterable[Edge],
        channel: Channel,
        terms: PeriodTerms,
        now: datetime,
        open_since: Mapping[UUID, datetime] | None = None,
    ) -> None:
        """`open_since` has the edges of which an earlier period is open too, with the start of the first one."""
        self._channel, self._period = channel, period
        earlier = open_since or {}
        self._edges = {
            edge.id: EdgeRating(edge, period, terms, now, earlier.get(edge.id, period.start)) for edge in edges
        }

    def rated(self, organisation_id: UUID, used: Consumption) -> tuple[list[BillableLine], list[Issue]]:
        """The lines on every open edge of the subscription's chain, and the edges that cannot be charged."""
        lines: list[BillableLine] = []
        issues: list[Issue] = []
        for edge_id, part in self._charged(used):
            try:
                self._refuse_unprovisioned(part, self._edges[edge_id])
                lines += self._edges[edge_id].lines(organisation_id, part)
            except Unbillable as unbillable:
                issues += self._edges[edge_id].issues(part, unbillable)
        return lines, issues

    def _refuse_unprovisioned(self, used: Consumption, edge: EdgeRating) -> None:
        """Raise `Unbillable` for what the supplier has not accepted: to bill it, or to pass over it, may be wrong.

        What is tried, or free on the edge, is billed nothing either way; its supplier may never hear of it.
        """
        if used.provisioned:
            return
        paid = [one for one in used.stretches if one.status is not SegmentStatus.TRIAL and not edge.free(one)]
        if not any(self._channel.resold(stretch.offering_id) for stretch in paid):
            return
        if used.refusal is None:
            raise Unbillable(("the subscription is not provisioned by its supplier yet",))
        raise Refused(used.refusal)

    def _charged(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        """The open edges of its chain, each with what was charged on it."""
        for edge_id, part in (*self._sold(used), *self._bought(used)):
            if edge_id in self._edges:
                yield edge_id, part

    def _bought(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        offering_ids = {stretch.offering_id for stretch in used.stretches}
        if used.history is not None:
            offering_ids |= used.history.offering_ids
        supply = {offering_id: self._channel.supply(offering_id) for offering_id in offering_ids}
        for edge in set(supply.values()):
            if edge is not None:
                yield edge.id, used.among({offering_id for offering_id, over in supply.items() if over == edge})

    def _sold(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        if used.history is None:
            yield from self._consumed(used)
            return
        held = self._windows(used.history.places)
        for edge_id, part in self._consumed(used):
            yield edge_id, replace(part, history=used.history.within(held.pop(edge_id, ())))
        for edge_id, windows in held.items():
            # It was charged here before its account moved: what is learned of that time is settled here.
            yield edge_id, replace(used, stretches=(), usage=(), history=used.history.within(windows))

    def _consumed(self, used: Consumption) -> Iterator[tuple[UUID, Consumption]]:
        """The selling edges of its chain, each with what of the period was charged on it."""
        if not used.places:
            for edge in self._channel.selling(used.path, self._period.start):
                yield edge.id, used
            return
        whole = [(self._period.start, self._period.end)]
        for edge_id, windows in self._windows(used.places).items():
            # An edge on which it stayed is rated as if nothing had moved: in one line, and to the same cent.
            yield edge_id, used if windows == whole else used.within(tuple(windows))

    def _windows(self, places: Iterable[Place]) -> dict[UUID, list[Window]]:
        """When each selling edge was in the chain of an account that stood at these places, one after the other."""
        windows: dict[UUID, list[Window]] = {}
        for place in places:
            for window in pairwise((place.start, *self._channel.turns(*place), place.end)):
                for edge in self._channel.selling(place.path, window[0]):
                    _join(windows.setdefault(edge.id, []), window)
        return windows


def _join(windows: list[Window], window: Window) -> None:
    """Add the window; to the last one, when that ends where it begins."""
    if windows and windows[-1][1] == window[0]:
        windows[-1] = windows[-1][0], window[1]
    else:
        windows.append(window)
