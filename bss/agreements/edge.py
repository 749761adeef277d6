"""An edge: the terms under which one account buys from another, or the organisation from a supplier.

Owns: the value, its two kinds, and the order of the edges above an account. Does not own: the prices
(`bss.catalogue`), or what is charged on an edge (`bss.rating`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.identifier import label
from bss.organisations.account import ancestor_paths
from bss.period import Period, billing_period


class EdgeKind(StrEnum):
    """SELLING joins two accounts of the organisation; SUPPLY joins the organisation to its distributor or a vendor."""

    SELLING = "selling"
    SUPPLY = "supply"


@dataclass(frozen=True)
class Edge:
    """All terms between a seller and a buyer; `path` is the buyer's.

    `billing_day` is 1 to 31, `zone` an IANA time zone, `policy` the name of a money policy. A supply edge has a
    link or a vendor, and neither seller nor issuer. `seller_path` is None there, and where the reader cannot see
    the seller. It holds in `[valid_from, valid_to)`; None is without a bound. `terms_since` is the start of the first
    billing period under these terms; None: they were the first.
    """

    id: UUID
    path: str
    kind: EdgeKind
    seller_account_id: UUID | None
    buyer_account_id: UUID
    price_list_id: UUID
    currency: str
    zone: str
    policy: str
    billing_day: int
    bill_to_account_id: UUID
    issuer_id: UUID | None
    link_id: UUID | None
    vendor_id: UUID | None
    received: bool
    valid_from: datetime | None
    valid_to: datetime | None
    seller_path: str | None
    terms_since: datetime | None = None

    @property
    def supplier_id(self) -> UUID | None:
        """From whom the organisation buys on this edge, a link or a vendor; None on a selling edge."""
        return self.link_id or self.vendor_id

    def holds_at(self, instant: datetime) -> bool:
        """Whether the edge is in force at the instant."""
        return (self.valid_from is None or self.valid_from <= instant) and (
            self.valid_to is None or instant < self.valid_to
        )

    def holds_within(self, start: datetime, end: datetime) -> bool:
        """Whether the edge is in force at some instant of `[start, end)`."""
        return (self.valid_from is None or self.valid_from < end) and (self.valid_to is None or start < self.valid_to)

    def seen_from(self, place: str) -> Edge | None:
        """The edge with the paths that its parties had above or at an account's place; None where it sold nothing.

        A party is found by its label, which it keeps wherever it moves.
        """
        labels = place.split(".")[:-1]
        if self.seller_account_id is None:
            return None
        buyer, seller = label(self.buyer_account_id), label(self.seller_account_id)
        if buyer not in labels or seller not in labels[: labels.index(buyer)]:
            return None
        above = f"{'.'.join(labels[: labels.index(seller) + 1])}."
        path = f"{'.'.join(labels[: labels.index(buyer) + 1])}."
        return replace(self, path=path, seller_path=self.seller_path and above)

    def period(self, at: datetime) -> Period:
        """The billing period that contains the instant, which the terms cover; the first under them may be cut short.

        It begins where the last period under the terms before ended, so that a new billing day leaves no gap.
        """
        whole = self.anchored(at)
        if self.terms_since is None or not whole.start < self.terms_since < whole.end:
            return whole
        return Period(self.terms_since, whole.end)

    def next_start(self, at: datetime) -> datetime:
        """The start of the first billing period that begins at the instant or after it."""
        period = self.period(at)
        return at if period.start == at else period.end

    def anchored(self, at: datetime) -> Period:
        """The whole month, from billing day to billing day, that contains the instant: what a monthly price is for."""
        return billing_period(at, day=self.billing_day, zone=self.zone)

    def concerns(self, supplier_id: UUID | None) -> bool:
        """Whether an offering that is bought from this supplier (None: from nobody) is charged on this edge."""
        return self.kind is EdgeKind.SELLING or self.supplier_id == supplier_id


def chain(account_path: str, edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges on which the account's subscriptions are charged: selling edges, nearest first, then supply.

    Each next edge is bought by the seller of the one before, or by an account above that seller; an edge of
    an account that was passed over is no part of the chain.
    """
    known = tuple(edges)
    selling = sorted(
        (edge for edge in known if edge.kind is EdgeKind.SELLING), key=lambda edge: len(edge.path), reverse=True
    )
    reach, found = account_path, []
    for edge in selling:
        if edge.seller_path is not None and reach.startswith(edge.path):
            found.append(edge)
            reach = edge.seller_path
    return (*found, *(edge for edge in known if edge.kind is EdgeKind.SUPPLY))


def unbought(account_path: str, edges: Iterable[Edge]) -> tuple[str, ...]:
    """The paths of the accounts in a chain that consume or sell on, but buy from nobody. The root need not buy."""
    root = ancestor_paths(account_path)[0]
    selling = [edge for edge in edges if edge.kind is EdgeKind.SELLING]
    if not selling:
        return () if account_path == root else (account_path,)
    bought = {edge.path for edge in selling} | {root}
    return tuple(edge.seller_path for edge in selling if edge.seller_path and edge.seller_path not in bought)
