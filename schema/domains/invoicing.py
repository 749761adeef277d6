"""Invoices, billable lines and their explanations in GraphQL, and the wish to close the ended periods."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from bss.agreements import queries as agreements
from bss.identifier import Kind
from bss.invoicing import queries
from bss.invoicing import run_queries as runs
from bss.invoicing.bill_run import BillRunState, RequestBillRun, request_bill_run
from bss.invoicing.document import as_text
from bss.invoicing.record_delivery import DeliveryState
from bss.organisations import queries as organisations
from bss.refusal import InvalidInput
from bss.transaction.page import MOST_ROWS
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.issuers import Issuer, issuer_by_id
from schema.domains.lines import BillableLine
from schema.domains.organisations import Account, account_by_id
from schema.node import Node, findable, id_of
from schema.scalars import Money
from schema.size import sized_by

strawberry.enum(BillRunState, description="Requested, done; or parked, while Bill-Tos are left without an invoice.")


@strawberry.type(description="A rendered invoice; the file is behind the path, with the same token.")
class InvoiceFile:
    media_type: str
    sha256: str
    path: str

    @classmethod
    def of(cls, file: queries.InvoiceFile) -> InvoiceFile:
        path = f"/invoices/{id_of(Kind.INVOICE, file.invoice_id)}.pdf"
        return cls(media_type=file.media_type, sha256=file.sha256, path=path)


strawberry.enum(DeliveryState, description="What became of a delivery; nothing is sent yet, so that each waits.")


@strawberry.type(description="That an invoice is to be sent by e-mail.")
class Delivery:
    address: str
    state: DeliveryState

    @classmethod
    def of(cls, delivery: queries.Delivery) -> Delivery:
        return cls(address=delivery.address, state=delivery.state)


@strawberry.type(description="An issued invoice, frozen.")
class Invoice(Node):
    value: strawberry.Private[queries.Invoice]
    number: str
    total: Money
    billing_start: datetime
    billing_end: datetime
    issued_on: date
    due_on: date | None = strawberry.field(description="Null for a credit note: nothing is to be paid.")
    digest: str = strawberry.field(description="SHA-256 of what is billed, without numbers and dates of the issue.")

    @classmethod
    def of(cls, invoice: queries.Invoice) -> Invoice:
        return cls(
            id=id_of(Kind.INVOICE, invoice.id),
            value=invoice,
            number=invoice.number,
            total=Money.of(invoice.total, invoice.currency),
            billing_start=invoice.billing_start,
            billing_end=invoice.billing_end,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            digest=invoice.digest,
        )

    @strawberry.field(directives=needs(organisations.many))
    async def bill_to(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.value.bill_to_account_id)
        return found

    @strawberry.field(description="Null above the caller's scope.", directives=needs(agreements.issuers))
    async def issuer(self, info: Info) -> Issuer | None:
        found: Issuer | None = await issuer_by_id(info, self.value.issuer_id)
        return found

    @strawberry.field(
        description="The first lines, 50 when nothing is said, at most 200; billableLines pages through all.",
        directives=[*needs(queries.lines), *sized_by("first")],
    )
    async def lines(self, info: Info, first: int = 50) -> list[BillableLine] | None:
        if not 0 <= first <= MOST_ROWS:
            raise InvalidInput.at("first", f"A page has 0 to {MOST_ROWS} rows.")
        found = await info.context.load(queries.lines, self.value.id)
        return [BillableLine.of(line) for line in (found or ())[:first]]

    @strawberry.field(description="As plain text of 100 columns.", directives=needs(queries.documents))
    async def text(self, info: Info) -> str | None:
        found = await info.context.load(queries.documents, self.value.id)
        return None if found is None else as_text(found)

    @strawberry.field(description="Null until it is rendered.", directives=needs(queries.files))
    async def pdf(self, info: Info) -> InvoiceFile | None:
        found = await info.context.load(queries.files, self.value.id)
        return None if found is None else InvoiceFile.of(found)

    @strawberry.field(
        description="Null where the issuer does not send, and where the Bill-To has no address.",
        directives=needs(queries.deliveries),
    )
    async def delivery(self, info: Info) -> Delivery | None:
        found = await info.context.load(queries.deliveries, self.value.id)
        return None if found is None else Delivery.of(found)


findable(Kind.INVOICE, queries.many, Invoice)


@strawberry.type(description="A run that closes every billing period that ended by an instant; a job does it.")
class BillRun(Node):
    until: datetime
    state: BillRunState
    lines: int = strawberry.field(description="Written so far.")
    invoices: int = strawberry.field(description="Issued so far.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, run: runs.BillRun) -> BillRun:
        return cls(
            id=id_of(Kind.BILL_RUN, run.id),
            until=run.until,
            state=run.state,
            lines=run.lines,
            invoices=run.invoices,
            created_at=run.created_at,
            finished_at=run.finished_at,
        )


findable(Kind.BILL_RUN, runs.bill_runs, BillRun)


@strawberry.input
class RequestBillRunInput:
    until: datetime


@strawberry.type
class Query:
    invoices = listed(
        queries.page,
        Invoice,
        description="Invoices to or from accounts in scope.",
        of=("bill_to_account_id", Kind.ACCOUNT),
    )


@strawberry.type
class Mutation:
    request_bill_run = mutation(
        request_bill_run,
        input_type=RequestBillRunInput,
        result=BillRun,
        request_of=lambda given: RequestBillRun(given.until),
        answer=shown(runs.bill_runs, BillRun),
    )
