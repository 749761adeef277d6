"""The states and the timeline of a subscription in GraphQL: where the sale stands, what was in service when."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry
from strawberry.scalars import JSON

from bss.identifier import Kind
from bss.subscriptions import timeline as domain
from bss.subscriptions.subscription import SubscriptionState as SubscriptionState
from schema.domains.cycle import BillingCycle
from schema.node import id_of

strawberry.enum(SubscriptionState, description="Where the sale stands; what is in service, the timeline says.")
strawberry.enum(domain.SegmentStatus, description="How the service stands during a segment.")


@strawberry.type(description="A stretch of the timeline; its end does not belong to it.")
class Segment:
    offering_id: strawberry.ID
    status: domain.SegmentStatus
    quantity: Decimal
    characteristics: JSON
    billing_cycle: BillingCycle
    effective_from: datetime
    effective_to: datetime | None

    @classmethod
    def of(cls, segment: domain.Segment) -> Segment:
        return cls(
            offering_id=id_of(Kind.OFFERING, segment.offering_id),
            status=segment.status,
            quantity=segment.quantity,
            characteristics=JSON(segment.characteristics),
            billing_cycle=BillingCycle.of(segment.cycle),
            effective_from=segment.effective_from,
            effective_to=segment.effective_to,
        )
