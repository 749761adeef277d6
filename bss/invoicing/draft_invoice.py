"""A draft: what the invoices of an account's open billing periods would look like, were the periods closed now.

Owns: the document in draft, and which explanations go with it. Does not own: which periods are open
(`bss.invoicing.open_periods`), the rating (`bss.rating.so_far`), or the document (`bss.invoicing.assemble`): all of
them are a bill run's. No number is taken and nothing is stored.

The account is the Bill-To. It is asked about by those who have it in their scope, as an issued invoice is: X sees what
X will be billed, and its seller, who stands above it, what it will bill. An account whose purchases are invoiced to
another one has no draft. The price lists and the issuer lie above the buyer and are read from above; what comes back is
what the invoice would say. Lines of buyers outside the scope stand on it too, without their explanations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bss.invoicing.assemble import assembled
from bss.invoicing.bill import Bill, bills_of, named, parties_of
from bss.invoicing.document import DocumentKind, InvoiceDocument
from bss.invoicing.open_periods import OpenPeriod, open_for_bill_to
from bss.organisations import queries as organisations
from bss.period import Period
from bss.permission import Permission
from bss.rating.issue import Issue
from bss.rating.line import BillableLine
from bss.rating.so_far import MOST_SUBSCRIPTIONS, SoFar, as_the_bill_run, rated_so_far
from bss.refusal import InvalidInput, NotFound
from bss.transaction.begin import Transaction, raised
from bss.viewer import Viewer, requires

NUMBER = "DRAFT"
MOST_PRINTED_LINES = 300
"""They take about ten seconds, for which the caller waits, and after whom everybody else who prints."""


@dataclass(frozen=True)
class DraftInvoice:
    """One invoice as it would be issued now, under the id that it will have; what comes after `until` is not in it.

    While there are `issues`, a bill run would not issue it. `explanations` are by the line's id, of the lines whose
    buyers the viewer sees.
    """

    bill: Bill
    period: Period
    until: datetime
    document: InvoiceDocument
    issues: tuple[Issue, ...]
    explanations: Mapping[UUID, Mapping[str, Any]]


@requires(Permission.INVOICE_VIEW)
async def draft_invoice(viewer: Viewer, account_id: UUID, *, now: datetime) -> tuple[DraftInvoice, ...]:
    """The drafts of the periods that are not closed, the earliest first; one for each issuer and currency.

    A period that has ended is drafted as the next bill run will bill it, the one in progress as far as it has come.
    None for an account that is not billed. Raises `NotFound`, and `InvalidInput` where more than 10,000 subscriptions
    would have to be rated.
    """
    account = await organisations.one(viewer, account_id, path=("accountId",))
    drafts: list[DraftInvoice] = []
    most = MOST_SUBSCRIPTIONS
    async with raised(viewer, as_the_bill_run(viewer)) as tx:
        open_since: dict[UUID, datetime] = {}
        for one in await open_for_bill_to(tx, account.id, now):
            so_far = await rated_so_far(tx, one.edges, one.period, now, dict(open_since), most=most)
            drafts += await _drafted(tx, viewer, one, so_far)
            open_since = {**{edge.id: one.period.start for edge in one.edges}, **open_since}
            most -= so_far.subscriptions
    return tuple(drafts)


async def printable(viewer: Viewer, account_id: UUID, invoice_id: UUID, *, now: datetime) -> InvoiceDocument:
    """The document of one draft. Raises `NotFound`, and `InvalidInput` for one that is too long to be waited for."""
    drafts = await draft_invoice(viewer, account_id, now=now)
    document = next((draft.document for draft in drafts if draft.bill.id == invoice_id), None)
    if document is None:
        raise NotFound("invoice", ("invoiceId",))
    if len(document.lines) > MOST_PRINTED_LINES:
        raise InvalidInput.at("invoiceId", f"A draft of more than {MOST_PRINTED_LINES} lines is not printed.")
    return document


async def _drafted(tx: Transaction, viewer: Viewer, open_period: OpenPeriod, so_far: SoFar) -> list[DraftInvoice]:
    lines: dict[UUID | None, list[BillableLine]] = {}
    issues: dict[UUID | None, list[Issue]] = {}
    for line in so_far.lines:
        lines.setdefault(line.invoice_id, []).append(line)
    for issue in so_far.issues:
        issues.setdefault(issue.invoice_id, []).append(issue)
    bills = [bill for bill in bills_of(open_period.edges, open_period.period) if bill.id in lines or bill.id in issues]
    parties = await parties_of(tx, bills)
    drafts = []
    for bill in bills:
        some = lines.get(bill.id, ())
        document = assembled(bill.edges, open_period.period, parties[bill.id], await named(tx, some))
        drafts.append(
            DraftInvoice(
                *(bill, open_period.period, so_far.until),
                replace(document, kind=DocumentKind.DRAFT, number=NUMBER),
                tuple(issues.get(bill.id, ())),
                {line.id: json.loads(line.explanation) for line in some if viewer.sees(line.path)},
            )
        )
    return drafts
