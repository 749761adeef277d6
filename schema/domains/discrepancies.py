"""Discrepancies in GraphQL: what was sold, provided and billed, where the three do not agree.

Owns: the types and the field. Does not own: the comparison (`bss.invoicing.discrepancies`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.invoicing import discrepancies as domain
from bss.subscriptions import queries as subscriptions
from schema.asking import Info
from schema.declare import needs
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.node import id_of, uuid_of
from schema.scalars import Money
from schema.size import sized

strawberry.enum(
    domain.DiscrepancyKind,
    description="Sold, and REFUSED by its supplier or UNANSWERED; USED_UNSOLD while nothing was in service;"
    " BILLED_OTHERWISE than it comes to as it is known now.",
)


@strawberry.type(description="What a closed period was billed for a charge, and what it comes to as it is known now.")
class BilledOtherwise:
    edge_id: strawberry.ID
    charge: str
    billed: Money
    owed: Money
    difference: Money = strawberry.field(description="What is owed less what was billed.")

    @classmethod
    def of(cls, bill: domain.Billed) -> BilledOtherwise:
        return cls(
            edge_id=id_of(Kind.EDGE, bill.edge_id),
            charge=bill.charge,
            billed=Money.of(bill.billed, bill.currency),
            owed=Money.of(bill.owed, bill.currency),
            difference=Money.of(bill.owed - bill.billed, bill.currency),
        )


@strawberry.type(description="Something that does not agree, and what to do about it.")
class Discrepancy:
    subscription_uuid: strawberry.Private[UUID]
    kind: domain.DiscrepancyKind
    since: datetime
    until: datetime | None = strawberry.field(description="Null while it lasts.")
    message: str
    suggestion: str
    bill: BilledOtherwise | None = strawberry.field(description="Of what was billed otherwise.")

    @classmethod
    def of(cls, found: domain.Discrepancy) -> Discrepancy:
        return cls(
            subscription_uuid=found.subscription_id,
            kind=found.kind,
            since=found.since,
            until=found.until,
            message=found.message,
            suggestion=domain.SUGGESTION[found.kind],
            bill=None if found.bill is None else BilledOtherwise.of(found.bill),
        )

    @strawberry.field(directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        found: Subscription | None = await subscription_by_id(info, self.subscription_uuid)
        return found


@strawberry.type
class Query:
    @strawberry.field(
        description="Where what was sold to an account and below it, what is provided, and what was billed on the edge"
        " on which it buys do not agree: exceptions only. Its last three closed periods are rated again as they are"
        " known now; charges by a cycle of their own, or in advance, are settled by the next bill and do not count.",
        directives=[*needs(domain.discrepancies), *sized(100)],
    )
    async def discrepancies(self, info: Info, account_id: strawberry.ID) -> list[Discrepancy]:
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        found = await domain.discrepancies(info.context.viewer, identifier, now=info.context.clock.now())
        return [Discrepancy.of(one) for one in found]
