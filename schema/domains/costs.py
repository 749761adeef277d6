"""Month-to-date cost in GraphQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from bss.catalogue.price_list import ChargeKind
from bss.identifier import Kind
from bss.provisioning.told import told
from bss.rating.cost_to_date import CostToDate, cost_to_date
from bss.rating.issue import Issue
from bss.rating.line import BillableLine
from bss.subscriptions import queries as subscriptions
from bss.viewer import Viewer
from schema.asking import Info
from schema.declare import needs
from schema.domains.lines import LineKind
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.domains.usage import UsageAnswer
from schema.node import id_of, uuid_of
from schema.scalars import Money
from schema.size import sized


@strawberry.type(description="One charge of one subscription, as it would be billed now.")
class CostLine:
    value: strawberry.Private[BillableLine]
    subscription_id: strawberry.ID
    charge: str
    charge_kind: ChargeKind
    kind: LineKind
    description: str
    service_start: datetime
    service_end: datetime
    quantity: Decimal
    unit: str
    amount: Money

    @classmethod
    def of(cls, line: BillableLine) -> CostLine:
        return cls(
            value=line,
            subscription_id=id_of(Kind.SUBSCRIPTION, line.subscription_id),
            charge=line.charge,
            charge_kind=ChargeKind(line.charge_kind),
            kind=LineKind(line.kind),
            description=line.description,
            service_start=line.service_start,
            service_end=line.service_end,
            quantity=line.quantity,
            unit=line.unit,
            amount=Money.of(line.amount, line.currency),
        )

    @strawberry.field(directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        found: Subscription | None = await subscription_by_id(info, self.value.subscription_id)
        return found


@strawberry.type(description="Why a subscription cannot be charged; it is not in the total.")
class CostIssue:
    subscription_id: strawberry.ID
    reason: str

    @classmethod
    def of(cls, issue: Issue, viewer: Viewer) -> CostIssue:
        reason = told(viewer, issue.refusal) or issue.reason
        return cls(subscription_id=id_of(Kind.SUBSCRIPTION, issue.subscription_id), reason=reason)


@strawberry.type(description="What an account's purchases on one edge cost so far in the open billing period.")
class PeriodCost(UsageAnswer):
    edge_id: strawberry.ID
    starts_at: datetime = strawberry.field(description="Of the billing period.")
    ends_at: datetime = strawberry.field(description="Of the billing period.")
    until: datetime = strawberry.field(description="What comes later is not in it.")
    estimated: bool = strawberry.field(description="Always: nothing is final before the period is closed.")
    total: Money
    lines: list[CostLine] = strawberry.field(directives=sized(100))
    issues: list[CostIssue] = strawberry.field(directives=sized(10))

    @classmethod
    def of(cls, cost: CostToDate, viewer: Viewer) -> PeriodCost:
        return cls(
            fresh_as_of=cost.freshness.fresh_as_of,
            complete_until=cost.freshness.complete_until,
            gaps=cost.freshness.gaps,
            edge_id=id_of(Kind.EDGE, cost.edge_id),
            starts_at=cost.period.start,
            ends_at=cost.period.end,
            until=cost.until,
            estimated=True,
            total=Money.of(cost.total, cost.currency),
            lines=[CostLine.of(line) for line in cost.lines],
            issues=[CostIssue.of(issue, viewer) for issue in cost.issues],
        )


@strawberry.type
class Query:
    @strawberry.field(
        description="What the open billing period would be billed for the account on the edge on which it buys, were"
        " it closed now; none for an account that buys from nobody.",
        directives=[*needs(cost_to_date), *sized(4)],
    )
    async def cost_to_date(self, info: Info, account_id: strawberry.ID) -> list[PeriodCost]:
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        found = await cost_to_date(info.context.viewer, identifier, now=info.context.clock.now())
        return [PeriodCost.of(cost, info.context.viewer) for cost in found]
