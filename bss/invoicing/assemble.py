"""Assemble an invoice's document from its lines and its parties: pure, so that re-rating assembles it again.

Owns: the order of the lines, how quantities and amounts are written, and the dates of a document. Does not
own: the document's form (`bss.invoicing.document`), or the number, which is known last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from bss.agreements.edge import Edge
from bss.canonical import decimal_text
from bss.invoicing.document import (
    BillingPeriod,
    BillToCard,
    DocumentKind,
    DocumentLine,
    InvoiceDocument,
    IssuerCard,
    PolicyValue,
)
from bss.money import EXACT, Money, minor_digits
from bss.period import Period, zone_named
from bss.policy import policy_named
from bss.rating.line import LineKind


@dataclass(frozen=True)
class Parties:
    """Who invoices whom, as the cards of the document say it; `due_days` is the time to pay."""

    issuer: IssuerCard
    bill_to: BillToCard
    due_days: int


class InvoicedLine(NamedTuple):
    """A billable line with the names that a document shows; `unit_price` is None where no unit makes the amount.

    `share` is the part of the period that is charged, or credited, as a fraction: "10/30".
    """

    id: UUID
    account_name: str
    account_id: UUID
    subscription_name: str
    subscription_id: UUID
    edge_id: UUID
    charge: str
    description: str
    service_start: datetime
    service_end: datetime
    quantity: Decimal
    unit: str
    unit_price: str | None
    share: str
    kind: str
    amount: Decimal


def assembled(
    edges: tuple[Edge, ...], period: Period, parties: Parties, lines: Iterable[InvoicedLine]
) -> InvoiceDocument:
    """The document, complete but for its number. The edges are those of its Bill-To and issuer, by id.

    The date of issue is the day on which the period ended, so that it does not depend on when the run was made.
    """
    edge = edges[0]
    digits = minor_digits(edge.currency)
    in_order = sorted(lines, key=_place)
    local = zone_named(edge.zone)
    amount = sum((line.amount for line in in_order), Decimal(0))
    first_day, issued_on = (instant.astimezone(local).date() for instant in (period.start, period.end))
    credits = amount < 0
    return InvoiceDocument(
        number="",
        kind=DocumentKind.CREDIT_NOTE if credits else DocumentKind.INVOICE,
        issued_on=issued_on,
        due_on=None if credits else issued_on + timedelta(days=parties.due_days),
        currency=edge.currency,
        billing_period=BillingPeriod(first_day, issued_on, edge.zone),
        issuer=parties.issuer,
        bill_to=parties.bill_to,
        lines=tuple(_printed(position, line, digits) for position, line in enumerate(in_order, 1)),
        total=amount_text(amount, digits),
        policy=_policy(edges),
    )


def amount_text(amount: Decimal, digits: int) -> str:
    """The amount with its currency's decimals; raises `decimal.Inexact` when it has others."""
    return format(amount.quantize(Decimal((0, (1,), -digits)), context=EXACT), "f")


def total(document: InvoiceDocument) -> Money:
    """The document's total."""
    return Money(Decimal(document.total), document.currency)


def _place(line: InvoicedLine) -> tuple[str, UUID, str, UUID, datetime, str, str, UUID]:
    subscription = line.account_name, line.account_id, line.subscription_name, line.subscription_id
    return (*subscription, line.service_start, line.charge, line.kind, line.edge_id)


def _printed(position: int, line: InvoicedLine, digits: int) -> DocumentLine:
    return DocumentLine(
        position=position,
        account_id=str(line.account_id),
        account_name=line.account_name,
        subscription_id=str(line.subscription_id),
        subscription_name=line.subscription_name,
        description=_described(line),
        service_start=line.service_start,
        service_end=line.service_end,
        quantity=decimal_text(line.quantity),
        unit=line.unit,
        unit_price=line.unit_price,
        amount=amount_text(line.amount, digits),
        line_id=str(line.id),
    )


_SAID: dict[str, tuple[str, ...]] = {LineKind.CREDIT: ("credited",), LineKind.CORRECTION: ("correction",)}


def _described(line: InvoicedLine) -> str:
    """The charge and, when it is not for the whole period, its share: a quantity times a price is not the amount."""
    charged, _, whole = line.share.partition("/")
    notes = [*(() if charged == whole else (line.share,)), *_SAID.get(line.kind, ())]
    return f"{line.description} ({' '.join(notes)})" if notes else line.description


def _policy(edges: tuple[Edge, ...]) -> dict[str, PolicyValue]:
    """The policy of the document; where the edges of one Bill-To have several, each stands under its edge's id."""
    policies = {str(edge.id): policy_named(edge.policy).to_data() for edge in edges}
    if len({edge.policy for edge in edges}) == 1:
        return dict(policies[str(edges[0].id)])
    return dict(policies)
