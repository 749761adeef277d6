"""Margins in GraphQL: what an edge brings in, less what the same service costs its seller."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from bss.identifier import Kind
from bss.invoicing import margins as queries
from bss.refusal import InvalidInput
from bss.transaction.page import MOST_ROWS
from schema.asking import Info
from schema.declare import needs
from schema.domains.metering import From, To, asked_period
from schema.node import id_of, uuid_of
from schema.scalars import Money
from schema.size import sized

Subscriptions = Annotated[list[strawberry.ID], strawberry.argument(description=f"At most {MOST_ROWS}.")]


def _cost(margin: queries.Margin) -> Money | None:
    if margin.cost is None or margin.cost_currency is None:
        return None
    return Money.of(margin.cost, margin.cost_currency)


def _margin(margin: queries.Margin) -> Money | None:
    return None if margin.margin is None else Money.of(margin.margin, margin.currency)


@strawberry.type(description="What one edge brought in and cost in the billing periods within a period.")
class EdgeMargin:
    edge_id: strawberry.ID
    sold: Money
    cost: Money | None = strawberry.field(description="Null when a part of it is not known.")
    margin: Money | None = strawberry.field(description="Null when the cost is not known or is in another currency.")


@strawberry.type(description="What one charge of one subscription brought in and cost on one edge.")
class ChargeMargin:
    edge_id: strawberry.ID
    subscription_id: strawberry.ID
    charge: str
    service_start: datetime
    service_end: datetime
    sold: Money
    cost: Money | None = strawberry.field(description="Null when it is not known.")
    margin: Money | None = strawberry.field(description="Null when the cost is not known or is in another currency.")

    @classmethod
    def of(cls, margin: queries.ChargeMargin) -> ChargeMargin:
        return cls(
            edge_id=id_of(Kind.EDGE, margin.edge_id),
            subscription_id=id_of(Kind.SUBSCRIPTION, margin.subscription_id),
            charge=margin.charge,
            service_start=margin.service_start,
            service_end=margin.service_end,
            sold=Money.of(margin.sold, margin.currency),
            cost=_cost(margin),
            margin=_margin(margin),
        )


@strawberry.type
class Query:
    @strawberry.field(
        description="By selling edge whose seller is in scope, over the billing periods within the period.",
        directives=[*needs(queries.margins), *sized(200)],
    )
    async def edge_margins(self, info: Info, start: From, end: To) -> list[EdgeMargin]:
        period = asked_period(start, end)
        found = await queries.totals(info.context.viewer, period.start, period.end)
        return [
            EdgeMargin(
                edge_id=id_of(Kind.EDGE, edge_id),
                sold=Money.of(margin.sold, margin.currency),
                cost=_cost(margin),
                margin=_margin(margin),
            )
            for edge_id, margin in sorted(found.items())
        ]

    @strawberry.field(
        description="Charge by charge, from the lowest edge up.",
        directives=[*needs(queries.margins), *sized(200)],
    )
    async def charge_margins(
        self, info: Info, subscription_ids: Subscriptions, start: From, end: To
    ) -> list[ChargeMargin]:
        if len(subscription_ids) > MOST_ROWS:
            raise InvalidInput.at("subscriptionIds", f"Ask for at most {MOST_ROWS} subscriptions.")
        period = asked_period(start, end)
        asked = [
            uuid_of(Kind.SUBSCRIPTION, text, f"subscriptionIds.{index}") for index, text in enumerate(subscription_ids)
        ]
        found = await queries.margins(info.context.viewer, period.start, period.end, subscription_ids=asked)
        return [ChargeMargin.of(margin) for margin in found]
