"""A billable line: what one charge of one subscription costs on one edge for one service period.

Owns: the line as it is stored, and the ids by which a second run finds what the first one wrote. Does not own:
which lines are due (`bss.rating.charges`), storing them (`bss.invoicing.write_lines`), or the order in which a document
shows them.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from bss.agreements.edge import Edge
from bss.identifier import derived
from bss.period import Period


class LineKind(StrEnum):
    """What a line is: of its own period, due in one that was closed before it was known, or giving something back."""

    ORIGINAL = "original"
    CORRECTION = "correction"
    CREDIT = "credit"


class BillableLine(NamedTuple):
    """A line, in the order of the table's columns. `path` is the buyer's of the edge.

    `explanation` is JSON text. `invoice_id` is the id that the invoice has or will have; a supply line has none.
    """

    id: UUID
    organisation_id: UUID
    path: str
    edge_id: UUID
    edge_kind: str
    subscription_id: UUID
    account_id: UUID
    offering_id: UUID
    charge: str
    charge_kind: str
    description: str
    kind: str
    service_start: datetime
    service_end: datetime
    billing_start: datetime
    billing_end: datetime
    quantity: Decimal
    unit: str
    amount: Decimal
    currency: str
    explanation: str
    invoice_id: UUID | None
    recorded_at: datetime


def line_id(
    edge_id: UUID | str, subscription_id: UUID | str, charge: str, service_start: datetime, *more: str | datetime
) -> UUID:
    """The id of a line, from its natural key; ids may come as text, which a loop writes once.

    An original line is the only one of its key. `more` is the kind and the billing period's start of another one.
    """
    return derived("line", edge_id, subscription_id, charge, service_start, *(more or (LineKind.ORIGINAL,)))


def invoice_id(edge: Edge, billing_period: Period) -> UUID | None:
    """The id of the invoice on which the edge's lines stand: one per issuer, Bill-To, currency and period."""
    if edge.issuer_id is None:
        return None
    parties = (edge.issuer_id, edge.bill_to_account_id, edge.currency)
    return derived("invoice", *parties, billing_period.start, billing_period.end)
