"""Step: issue the invoices of some Bill-Tos for one billing period, numbered and frozen.

Owns: the number from the issuer's series, and the invoice row. Does not own: what stands on the invoice
(`bss.invoicing.bill`), or the look of a document (`bss.invoicing.assemble`).

A number is taken in the transaction that writes its invoice, so that a series has no gap whatever is killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bss.failpoint import fp
from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.invoicing.assemble import total
from bss.invoicing.bill import Bill, documents_of, rows_by_id
from bss.invoicing.document import InvoiceDocument, canonical, digest
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.period import Period
from bss.transaction.begin import Transaction


async def issue_invoices(tx: Transaction, bills: Sequence[Bill], period: Period, *, now: datetime) -> int:
    """Issue these, in their order, each with at least one line; returns how many there were."""
    documents = await documents_of(tx, bills, period)
    fp("bill_run.before_numbers")
    numbered = await _numbered(tx, [(bill, documents[bill.id]) for bill in bills])
    bill_tos = await rows_by_id(tx, "path", "account", [bill.bill_to_id for bill in bills])
    await tx.connection.executemany(
        "INSERT INTO invoice (id, organisation_id, path, seller_path, issuer_id, bill_to_account_id, billing_start,"
        " billing_end, currency, total, number, issued_on, due_on, document, digest, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        [
            (
                *(bill.id, tx.organisation_id, bill_tos[bill.bill_to_id]["path"], bill.seller_path),
                *(bill.issuer_id, bill.bill_to_id, period.start, period.end, document.currency),
                *(total(document).amount, document.number, document.issued_on, document.due_on),
                *(canonical(document), digest(document), now),
            )
            for bill, document in numbered
        ],
    )
    for bill in bills:
        await record(tx, EventName.INVOICE_ISSUED, bill.id, now=now)
    await announce(tx, Topic.INVOICE_ISSUED, [bill.id for bill in bills], now=now)
    return len(bills)


async def _numbered(
    tx: Transaction, documents: Sequence[tuple[Bill, InvoiceDocument]]
) -> list[tuple[Bill, InvoiceDocument]]:
    """The documents with the next numbers of their issuers' series: prefix and at least six digits."""
    wanted: dict[UUID, int] = {}
    for bill, _ in documents:
        wanted[bill.issuer_id] = wanted.get(bill.issuer_id, 0) + 1
    last: dict[UUID, tuple[str, int]] = {}
    for issuer_id in sorted(wanted):
        (row,) = await tx.connection.fetch(
            "UPDATE series SET last_number = last_number + $3 WHERE organisation_id = $1 AND issuer_id = $2"
            " AND ended_at IS NULL RETURNING prefix, last_number - $3 AS taken",
            *(tx.organisation_id, issuer_id, wanted[issuer_id]),
        )
        last[issuer_id] = row["prefix"], row["taken"]
    numbered = []
    for bill, document in documents:
        prefix, taken = last[bill.issuer_id]
        last[bill.issuer_id] = prefix, taken + 1
        numbered.append((bill, replace(document, number=f"{prefix}{taken + 1:06d}")))
    return numbered
