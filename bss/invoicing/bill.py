"""A bill: the invoice that a Bill-To gets from an issuer for one period, and the reading of all that stands on it.

Owns: which edges share an invoice, and the reading of lines and parties. Does not own: how the document is
assembled (`bss.invoicing.assemble`), or its number (`bss.invoicing.issue_invoices`).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import Record

from bss.agreements.edge import Edge
from bss.invoicing.assemble import InvoicedLine, Parties, assembled
from bss.invoicing.document import BillToCard, InvoiceDocument, IssuerCard
from bss.period import Period
from bss.rating.line import BillableLine, invoice_id
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Bill:
    """An invoice to be issued: its id, and the edges whose lines stand on it, by id."""

    id: UUID
    edges: tuple[Edge, ...]

    @property
    def seller_path(self) -> str:
        """The path of the account that sells on its edges: an issuer has one owner."""
        path = self.edges[0].seller_path
        if path is None:
            raise ValueError("a supply edge has no seller here")
        return path

    @property
    def issuer_id(self) -> UUID:
        """Whose series numbers it."""
        issuer = self.edges[0].issuer_id
        if issuer is None:
            raise ValueError("a supply edge has no invoice")
        return issuer

    @property
    def bill_to_id(self) -> UUID:
        """The account that is invoiced."""
        return self.edges[0].bill_to_account_id


def bills_of(edges: Iterable[Edge], period: Period) -> tuple[Bill, ...]:
    """The bills of the selling edges among these: edges of one issuer, Bill-To and currency share one."""
    shared: dict[UUID, list[Edge]] = {}
    for edge in sorted(edges, key=lambda edge: edge.id):
        bill = invoice_id(edge, period)
        if bill is not None:
            shared.setdefault(bill, []).append(edge)
    return tuple(Bill(bill, tuple(sharing)) for bill, sharing in shared.items())


async def documents_of(tx: Transaction, bills: Sequence[Bill], period: Period) -> dict[UUID, InvoiceDocument]:
    """The documents of the stored lines, without numbers, by invoice id."""
    lines: dict[UUID, list[InvoicedLine]] = {}
    for row in await tx.connection.fetch(_LINES, tx.organisation_id, [bill.id for bill in bills]):
        lines.setdefault(row["invoice_id"], []).append(InvoicedLine(*(row[name] for name in InvoicedLine._fields)))
    parties = await parties_of(tx, bills)
    return {bill.id: assembled(bill.edges, period, parties[bill.id], lines.get(bill.id, ())) for bill in bills}


_LINES = """
SELECT l.invoice_id, l.id, a.name AS account_name, l.account_id, coalesce(nullif(s.name, ''), o.name) AS
  subscription_name, l.subscription_id, l.edge_id, l.charge, l.description, l.service_start, l.service_end,
  l.quantity, l.unit, l.kind, l.amount,
  CASE WHEN l.explanation #>> '{price,model}' = 'per_unit' THEN l.explanation #>> '{price,unit}' END AS unit_price,
  l.explanation ->> 'share' AS share
FROM billable_line l
JOIN account a ON a.organisation_id = $1 AND a.id = l.account_id
JOIN subscription s ON s.organisation_id = $1 AND s.id = l.subscription_id
JOIN offering o ON o.organisation_id = $1 AND o.id = l.offering_id
WHERE l.organisation_id = $1 AND l.invoice_id = ANY($2)
"""


async def named(tx: Transaction, lines: Sequence[BillableLine]) -> list[InvoicedLine]:
    """Rated lines that are not stored, with the names and unit prices that their document shows."""
    accounts = await rows_by_id(tx, "name", "account", [line.account_id for line in lines])
    subscriptions = await rows_by_id(tx, "name", "subscription", [line.subscription_id for line in lines])
    offerings = await rows_by_id(tx, "name", "offering", [line.offering_id for line in lines])
    found = []
    for line in lines:
        explanation = json.loads(line.explanation)
        price = explanation["price"]
        facts = line._asdict() | {
            "account_name": accounts[line.account_id]["name"],
            "subscription_name": subscriptions[line.subscription_id]["name"] or offerings[line.offering_id]["name"],
            "unit_price": price["unit"] if price["model"] == "per_unit" else None,
            "share": explanation["share"],
        }
        found.append(InvoicedLine(*(facts[name] for name in InvoicedLine._fields)))
    return found


async def parties_of(tx: Transaction, bills: Sequence[Bill]) -> dict[UUID, Parties]:
    """Issuer and Bill-To of each bill, by invoice id."""
    issuers = await rows_by_id(tx, "name, card, due_days", "issuer", [bill.issuer_id for bill in bills])
    accounts = await rows_by_id(
        tx, "name, billing_address, accounting_number, email", "account", [bill.bill_to_id for bill in bills]
    )
    logos = await _logos(tx, [bill.issuer_id for bill in bills])
    return {
        bill.id: _parties(issuers[bill.issuer_id], logos.get(bill.issuer_id), accounts[bill.bill_to_id])
        for bill in bills
    }


async def rows_by_id(tx: Transaction, columns: str, table: str, ids: Sequence[UUID]) -> dict[UUID, Record]:
    """The columns of the table's rows with these ids, by id."""
    rows = await tx.connection.fetch(
        f"SELECT id, {columns} FROM {table} WHERE organisation_id = $1 AND id = ANY($2)", tx.organisation_id, list(ids)
    )
    return {row["id"]: row for row in rows}


async def _logos(tx: Transaction, issuer_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The logos of these issuers in base64, by issuer id; absent where there is none."""
    rows = await tx.connection.fetch(
        "SELECT issuer_id, content FROM issuer_logo WHERE organisation_id = $1 AND issuer_id = ANY($2)",
        *(tx.organisation_id, list(issuer_ids)),
    )
    return {row["issuer_id"]: b64encode(row["content"]).decode() for row in rows}


def _parties(issuer: Record, logo: str | None, account: Record) -> Parties:
    bill_to = BillToCard(
        account["name"],
        tuple(account["billing_address"].splitlines()),
        account["accounting_number"],
        account["email"],
    )
    return Parties(issuer_card(json.loads(issuer["card"]), logo), bill_to, issuer["due_days"])


def issuer_card(card: Mapping[str, Any], logo: str | None) -> IssuerCard:
    """The card as a document has it; the logo is a PNG in base64."""
    return IssuerCard(**{**card, "address": tuple(card["address"]), "logo_png": logo})
