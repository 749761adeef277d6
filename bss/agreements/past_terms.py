"""Past terms: what an edge's terms were before they were changed, and for which of its billing periods. Pure.

Owns: which terms a billing period is billed by. Does not own: changing them (`bss.agreements.update_edge`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge


@dataclass(frozen=True)
class PastTerms:
    """The terms of the billing periods that start in `[valid_from, valid_until)`; of none, where the two are equal.

    `valid_from` is None for the first terms. `actor_name` and `recorded_at` tell who replaced them, and when.
    """

    edge_id: UUID
    price_list_id: UUID
    policy: str
    billing_day: int
    bill_to_account_id: UUID
    issuer_id: UUID
    valid_from: datetime | None
    valid_until: datetime
    actor_name: str
    recorded_at: datetime

    def cover(self, at: datetime) -> bool:
        """Whether a period that contains the instant is billed by these terms."""
        return (self.valid_from is None or self.valid_from <= at) and at < self.valid_until


def as_of(edge: Edge, past: Iterable[PastTerms], at: datetime) -> Edge:
    """The edge with the terms by which the period that contains the instant is billed."""
    for terms in past:
        if terms.cover(at):
            return replace(
                edge,
                price_list_id=terms.price_list_id,
                policy=terms.policy,
                billing_day=terms.billing_day,
                bill_to_account_id=terms.bill_to_account_id,
                issuer_id=terms.issuer_id,
                terms_since=terms.valid_from,
            )
    return edge
