"""Draft invoices in GraphQL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from bss.agreements import queries as agreements
from bss.identifier import Kind
from bss.invoicing import draft_invoice as domain
from bss.invoicing.document import DocumentLine, as_text
from bss.organisations import queries as organisations
from bss.subscriptions import queries as subscriptions
from bss.viewer import Viewer
from schema.asking import Info
from schema.declare import needs
from schema.domains.costs import CostIssue
from schema.domains.issuers import Issuer, issuer_by_id
from schema.domains.organisations import Account, account_by_id
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.node import id_of, uuid_of
from schema.scalars import Money
from schema.size import sized


@strawberry.type(description="A line of a draft, as it would stand on the invoice.")
class DraftLine:
    subscription_uuid: strawberry.Private[UUID]
    line_id: strawberry.ID = strawberry.field(description="Of the billable line that it will be.")
    position: int
    account_name: str = strawberry.field(description="The account that consumed.")
    subscription_name: str
    description: str
    service_start: datetime
    service_end: datetime
    quantity: Decimal
    unit: str
    unit_price: Decimal | None = strawberry.field(description="Null where tiers make the amount.")
    amount: Money
    explain: JSON | None = strawberry.field(
        description="Step by step why it costs what it costs; null where its buyer is outside the caller's scope."
    )

    @classmethod
    def of(cls, line: DocumentLine, draft: domain.DraftInvoice) -> DraftLine:
        explanation = draft.explanations.get(UUID(line.line_id))
        return cls(
            subscription_uuid=UUID(line.subscription_id),
            line_id=id_of(Kind.LINE, UUID(line.line_id)),
            position=line.position,
            account_name=line.account_name,
            subscription_name=line.subscription_name,
            description=line.description,
            service_start=line.service_start,
            service_end=line.service_end,
            quantity=Decimal(line.quantity),
            unit=line.unit,
            unit_price=None if line.unit_price is None else Decimal(line.unit_price),
            amount=Money.of(Decimal(line.amount), draft.document.currency),
            explain=None if explanation is None else JSON(explanation),
        )

    @strawberry.field(directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        found: Subscription | None = await subscription_by_id(info, self.subscription_uuid)
        return found


@strawberry.type(description="An invoice as it would be issued, were its billing period closed now. Nothing is stored.")
class DraftInvoice:
    value: strawberry.Private[domain.DraftInvoice]
    invoice_id: strawberry.ID = strawberry.field(description="Of the invoice that it will be.")
    starts_at: datetime = strawberry.field(description="Of the billing period.")
    ends_at: datetime = strawberry.field(description="Of the billing period.")
    until: datetime = strawberry.field(description="What comes later is not in it; the period's end, once that passed.")
    issued_on: date
    due_on: date | None = strawberry.field(description="Null for a credit note: nothing is to be paid.")
    total: Money
    issues: list[CostIssue] = strawberry.field(
        description="While there are any, it will not be issued.", directives=sized(10)
    )
    pdf_path: str = strawberry.field(
        description=f"It as a PDF, with the same token; at most {domain.MOST_PRINTED_LINES} lines are printed."
    )

    @classmethod
    def of(cls, draft: domain.DraftInvoice, viewer: Viewer) -> DraftInvoice:
        document = draft.document
        identifier = id_of(Kind.INVOICE, draft.bill.id)
        return cls(
            value=draft,
            invoice_id=identifier,
            starts_at=draft.period.start,
            ends_at=draft.period.end,
            until=draft.until,
            issued_on=document.issued_on,
            due_on=document.due_on,
            total=Money.of(Decimal(document.total), document.currency),
            issues=[CostIssue.of(issue, viewer) for issue in draft.issues],
            pdf_path=f"/accounts/{id_of(Kind.ACCOUNT, draft.bill.bill_to_id)}/drafts/{identifier}.pdf",
        )

    @strawberry.field(description="In the order of the invoice.", directives=sized(100))
    def lines(self) -> list[DraftLine]:
        return [DraftLine.of(line, self.value) for line in self.value.document.lines]

    @strawberry.field(description="As plain text of 100 columns.")
    def text(self) -> str:
        return as_text(self.value.document)

    @strawberry.field(directives=needs(organisations.many))
    async def bill_to(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.value.bill.bill_to_id)
        return found

    @strawberry.field(description="Null above the caller's scope.", directives=needs(agreements.issuers))
    async def issuer(self, info: Info) -> Issuer | None:
        found: Issuer | None = await issuer_by_id(info, self.value.bill.issuer_id)
        return found


@strawberry.type
class Query:
    @strawberry.field(
        description="The invoices that an account would get, were its open billing periods closed now, the earliest"
        " first: one for each issuer and currency. A period that ended is open until it is invoiced. None for an"
        " account that is not billed.",
        directives=[*needs(domain.draft_invoice), *sized(4)],
    )
    async def draft_invoice(self, info: Info, account_id: strawberry.ID) -> list[DraftInvoice]:
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        found = await domain.draft_invoice(info.context.viewer, identifier, now=info.context.clock.now())
        return [DraftInvoice.of(draft, info.context.viewer) for draft in found]
