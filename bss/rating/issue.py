"""Issues: why a subscription cannot be charged on an edge, as the operator, and as others are told.

Owns: the values. Does not own: finding issues (`bss.rating.rate_lines`), or who is told a supplier's words
(`bss.provisioning.told`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.provisioning.told import NOT_ACCEPTED
from bss.rating.unbillable import Unbillable


@dataclass(frozen=True)
class Issue:
    """Why a subscription could not be charged on an edge; its Bill-To gets no invoice until this is mended.

    `refusal` are the words of a supplier that refuses it, which not everybody is told (`bss.provisioning.told`): they
    are no part of its text, which stays with the parked job.
    """

    edge_id: UUID
    subscription_id: UUID
    invoice_id: UUID | None
    billing_start: datetime
    reason: str
    refusal: str | None = None

    def __str__(self) -> str:
        when = f"{self.billing_start:%Y-%m-%d %H:%MZ}"
        return f"subscription {self.subscription_id} on edge {self.edge_id}, period from {when}: {self.reason}"


class Refused(Unbillable):
    """What its supplier refuses, with the supplier's words."""

    def __init__(self, refusal: str) -> None:
        super().__init__((NOT_ACCEPTED,))
        self.refusal = refusal
