"""From when on a subscription is to be mirrored: from when on it is paid for, on whichever edge.

Owns: that a trial does not cross before its end, and what is free on every edge, the supply edge among them, not
before somebody asks a price for it. Does not own: the edges and their prices (`bss`), or what is sent
(`sync.capture_desired`).

Each edge is asked about its own billing periods, as the bill run asks (ADR 10). What has no price on an edge is not
free: it crosses, so that the distributor says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from bss.agreements import queries as agreements
from bss.agreements.edge import Edge, EdgeKind
from bss.catalogue import queries as catalogue
from bss.catalogue.pricing import Pricing, in_force, pricings
from bss.catalogue.product import Offering
from bss.subscriptions.timeline import Segment, Timeline
from bss.viewer import Viewer
from sync.desired import crosses_from, paid

Versions = Mapping[UUID, tuple[Pricing, ...]]
"""The versions of each price list, in order."""


async def due_from(viewer: Viewer, account_path: str, timeline: Timeline) -> datetime | None:
    """From when on the subscription is to be mirrored, in the past or to come; None while it is not paid for ever."""
    tried_or_told = crosses_from(timeline)
    if tried_or_told is None:
        return None
    stretches = paid(timeline)
    offerings = await catalogue.offerings(viewer, {segment.offering_id for segment in stretches})
    edges = (await agreements.edges_above(viewer, (account_path,)))[account_path]
    versions = await pricings(viewer, {edge.price_list_id for edge in edges}, offerings)
    turns = (_paid_from(segment, offerings[segment.offering_id], edges, versions) for segment in stretches)
    first = next((turn for turn in turns if turn is not None), None)
    return tried_or_told if first == stretches[0].effective_from else first


def _paid_from(segment: Segment, offering: Offering, edges: tuple[Edge, ...], versions: Versions) -> datetime | None:
    """The first instant of the segment at which an edge asks a price, or has none; None when it is free to its end."""
    charged = [edge for edge in edges if edge.concerns(offering.supplier_id)]
    if all(edge.kind is not EdgeKind.SUPPLY for edge in charged):
        return segment.effective_from
    turns = (turn for edge in charged for turn in _paid_turns(edge, segment, versions[edge.price_list_id]))
    return min(turns, default=None)


def _paid_turns(edge: Edge, segment: Segment, versions: tuple[Pricing, ...]) -> Iterator[datetime]:
    """Where, of the instants at which another version begins to price the segment, it is not free."""
    for turn in (segment.effective_from, *(edge.next_start(version.valid_from) for version in versions)):
        pricing = in_force(versions, edge.period(turn))
        if segment.contains(turn) and (pricing is None or segment.offering_id not in pricing.free):
            yield turn
