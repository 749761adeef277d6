"""Billable lines and their explanations in GraphQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from bss.catalogue.price_list import ChargeKind
from bss.identifier import Kind
from bss.invoicing import queries
from bss.invoicing.usage_hours import LineHour, usage_hours
from bss.organisations import queries as organisations
from bss.rating.line import LineKind as LineKind
from bss.subscriptions import queries as subscriptions
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected, listed_under
from schema.declare import needs
from schema.domains.organisations import Account, account_by_id
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.domains.usage import UsageQuantity
from schema.node import Node, findable, id_of, optional_id, optional_uuid
from schema.scalars import Money

OfInvoice = Annotated[strawberry.ID | None, strawberry.argument(description="Only the lines of this invoice.")]
OfSubscription = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only the lines of this subscription.")
]


strawberry.enum(
    LineKind,
    description="Of its own billing period; due in one that was closed before it was known; or giving something back.",
)


@strawberry.type(description="The UTC hour from startsAt on of one resource.")
class LineUsageHour:
    starts_at: datetime
    resource: str
    quantity: UsageQuantity

    @classmethod
    def of(cls, hour: LineHour) -> LineUsageHour:
        return cls(starts_at=hour.hour, resource=hour.resource, quantity=UsageQuantity.of(hour.quantity, hour.meter))


@strawberry.type(description="What one charge of one subscription costs on one edge for one service period.")
class BillableLine(Node):
    key: strawberry.Private[UUID]
    value: strawberry.Private[queries.Line]
    edge_id: strawberry.ID
    offering_id: strawberry.ID
    charge: str
    charge_kind: ChargeKind
    kind: LineKind
    description: str
    service_start: datetime
    service_end: datetime
    billing_start: datetime
    billing_end: datetime
    quantity: Decimal
    unit: str
    amount: Money
    invoice_id: strawberry.ID | None = strawberry.field(description="Null for what is bought; else, once it is issued.")

    @classmethod
    def of(cls, line: queries.Line) -> BillableLine:
        return cls(
            id=id_of(Kind.LINE, line.id),
            key=line.id,
            value=line,
            edge_id=id_of(Kind.EDGE, line.edge_id),
            offering_id=id_of(Kind.OFFERING, line.offering_id),
            charge=line.charge,
            charge_kind=line.charge_kind,
            kind=line.kind,
            description=line.description,
            service_start=line.service_start,
            service_end=line.service_end,
            billing_start=line.billing_start,
            billing_end=line.billing_end,
            quantity=line.quantity,
            unit=line.unit,
            amount=Money.of(line.amount, line.currency),
            invoice_id=optional_id(Kind.INVOICE, line.invoice_id),
        )

    @strawberry.field(directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        found: Subscription | None = await subscription_by_id(info, self.value.subscription_id)
        return found

    @strawberry.field(description="The account that consumed.", directives=needs(organisations.many))
    async def account(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.value.account_id)
        return found

    @strawberry.field(description="Step by step why it costs what it costs.", directives=needs(queries.explanations))
    async def explain(self, info: Info) -> JSON | None:
        found = await info.context.load(queries.explanations, self.value.id)
        return None if found is None else JSON(found)

    usage_hours = listed_under(
        usage_hours,
        LineUsageHour,
        description="The hours behind a line of usage, by time: their sum is its quantity, unless some came or were"
        " corrected after it was rated.",
    )


findable(Kind.LINE, queries.lines_by_id, BillableLine)


@strawberry.type
class Query:
    @strawberry.field(description="Billable lines whose buyers are in scope.", directives=needs(queries.line_page))
    async def billable_lines(
        self,
        info: Info,
        invoice_id: OfInvoice = None,
        subscription_id: OfSubscription = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[BillableLine]:
        page = await queries.line_page(
            info.context.viewer,
            asked_page(first, after, last, before),
            invoice_id=optional_uuid(Kind.INVOICE, invoice_id, "invoiceId"),
            subscription_id=optional_uuid(Kind.SUBSCRIPTION, subscription_id, "subscriptionId"),
        )
        return connected(page, BillableLine.of, lambda row: row.id)
