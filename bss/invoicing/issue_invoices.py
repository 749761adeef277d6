"""Step: issue the invoices of some Bill-Tos for one billing period, numbered and frozen.

Owns: the reading of lines and parties, the number from the issuer's series, and the invoice row. Does not own:
the lines (`bss.invoicing.write_lines`), or the look of a document (`bss.invoicing.assemble`).

A number is taken in the transaction that writes its invoice, so that a series has no gap whatever is killed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.agreements.edge import Edge
from bss.failpoint import fp
from bss.invoicing.assemble import InvoicedLine, Parties, assembled, total
from bss.invoicing.document import BillToCard, InvoiceDocument, IssuerCard, canonical, digest
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.period import Period
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Bill:
    """An invoice to be issued: its id, and the edges whose lines stand on it, by id."""

    id: UUID
    edges: tuple[Edge, ...]

    @property
    def issuer_id(self) -> UUID:
        issuer = self.edges[0].issuer_id
        if issuer is None:
            raise ValueError("a supply edge has no invoice")
        return issuer

    @property
    def bill_to_id(self) -> UUID:
        return self.edges[0].bill_to_account_id


async def issue_invoices(tx: Transaction, bills: Sequence[Bill], period: Period, *, now: datetime) -> int:
    """Issue these, in their order, each with at least one line; returns how many there were."""
    documents = await documents_of(tx, bills, period)
    fp("bill_run.before_numbers")
    numbered = await _numbered(tx, [(bill, documents[bill.id]) for bill in bills])
    paths = await _paths(tx, [edge.bill_to_account_id for bill in bills for edge in bill.edges])
    await tx.connection.executemany(
        "INSERT INTO invoice (id, organisation_id, path, seller_path, issuer_id, bill_to_account_id, billing_start,"
        " billing_end, currency, total, number, issued_on, due_on, document, digest, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        [
            (
                *(bill.id, tx.organisation_id, paths[bill.bill_to_id], bill.edges[0].seller_path),
                *(bill.issuer_id, bill.bill_to_id, period.start, period.end, document.currency),
                *(total(document).amount, document.number, document.issued_on, document.due_on),
                *(canonical(document), digest(document), now),
            )
            for bill, document in numbered
        ],
    )
    for bill in bills:
        await record(tx, EventName.INVOICE_ISSUED, bill.id, now=now)
    return len(bills)


async def documents_of(tx: Transaction, bills: Sequence[Bill], period: Period) -> dict[UUID, InvoiceDocument]:
    """The documents of the stored lines, without numbers, by invoice id."""
    lines: dict[UUID, list[InvoicedLine]] = {}
    for row in await tx.connection.fetch(_LINES, tx.organisation_id, [bill.id for bill in bills]):
        lines.setdefault(row["invoice_id"], []).append(InvoicedLine(*(row[name] for name in InvoicedLine._fields)))
    parties = await parties_of(tx, bills)
    return {bill.id: assembled(bill.edges, period, parties[bill.id], lines.get(bill.id, ())) for bill in bills}


UNIT_PRICE = "CASE WHEN {0} #>> '{{price,model}}' = 'per_unit' THEN {0} #>> '{{price,unit}}' END"
NAMES = """
JOIN account a ON a.organisation_id = $1 AND a.id = l.account_id
JOIN subscription s ON s.organisation_id = $1 AND s.id = l.subscription_id
JOIN offering o ON o.organisation_id = $1 AND o.id = l.offering_id
"""
_LINES = f"""
SELECT l.invoice_id, l.id, a.name AS account_name, l.account_id, coalesce(nullif(s.name, ''), o.name) AS
  subscription_name, l.subscription_id, l.edge_id, l.charge, l.description, l.service_start, l.service_end,
  l.quantity, l.unit, {UNIT_PRICE.format("l.explanation")} AS unit_price, l.amount
FROM billable_line l {NAMES} WHERE l.organisation_id = $1 AND l.invoice_id = ANY($2)
"""


async def parties_of(tx: Transaction, bills: Sequence[Bill]) -> dict[UUID, Parties]:
    """Issuer and Bill-To of each bill, by invoice id."""
    issuers = await _by_id(tx, "name, card, due_days", "issuer", [bill.issuer_id for bill in bills])
    accounts = await _by_id(
        tx, "name, billing_address, accounting_number, email", "account", [bill.bill_to_id for bill in bills]
    )
    return {bill.id: _parties(issuers[bill.issuer_id], accounts[bill.bill_to_id]) for bill in bills}


async def _by_id(tx: Transaction, columns: str, table: str, ids: Sequence[UUID]) -> dict[UUID, Record]:
    rows = await tx.connection.fetch(
        f"SELECT id, {columns} FROM {table} WHERE organisation_id = $1 AND id = ANY($2)", tx.organisation_id, list(ids)
    )
    return {row["id"]: row for row in rows}


def _parties(issuer: Record, account: Record) -> Parties:
    card = {"name": issuer["name"]} | json.loads(issuer["card"])
    bill_to = BillToCard(
        account["name"],
        tuple(account["billing_address"].splitlines()),
        account["accounting_number"],
        account["email"],
    )
    return Parties(IssuerCard(**card | {"address": tuple(card["address"])}), bill_to, issuer["due_days"])


async def _paths(tx: Transaction, account_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return {key: row["path"] for key, row in (await _by_id(tx, "path", "account", account_ids)).items()}


async def _numbered(
    tx: Transaction, documents: Sequence[tuple[Bill, InvoiceDocument]]
) -> list[tuple[Bill, InvoiceDocument]]:
    """The documents with the next numbers of their issuers' series: prefix and at least six digits."""
    wanted: dict[UUID, int] = {}
    for bill, _ in documents:
        wanted[bill.issuer_id] = wanted.get(bill.issuer_id, 0) + 1
    last: dict[UUID, tuple[str, int]] = {}
    for issuer_id in sorted(wanted):
        row = await tx.connection.fetchrow(
            "UPDATE series SET last_number = last_number + $3 WHERE organisation_id = $1 AND issuer_id = $2"
            " RETURNING prefix, last_number - $3 AS taken",
            *(tx.organisation_id, issuer_id, wanted[issuer_id]),
        )
        last[issuer_id] = row["prefix"], row["taken"]
    numbered = []
    for bill, document in documents:
        prefix, taken = last[bill.issuer_id]
        last[bill.issuer_id] = prefix, taken + 1
        numbered.append((bill, replace(document, number=f"{prefix}{taken + 1:06d}")))
    return numbered
