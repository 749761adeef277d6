"""Subscriptions for those who want all of them: a thousand at once, in plain fields.

Owns: the export and its bound. Does not own: what a subscription is, or which lie in scope (`bss.subscriptions`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.subscriptions import queries
from bss.subscriptions import subscription as domain
from schema.asking import Info
from schema.connection import MOST_EXPORTED, asked_export, cursor
from schema.declare import needs
from schema.domains.timeline import SubscriptionState
from schema.node import uuid_of
from schema.parts import part_id, shown_as
from schema.size import sized_by

First = Annotated[int, strawberry.argument(description=f"At most {MOST_EXPORTED:,}.")]
After = Annotated[str | None, strawberry.argument(description="The endCursor of the part before.")]


def _managed_by(row: strawberry.Parent[domain.Subscription]) -> str | None:
    return row.managed_by or None


@strawberry.type(description="A subscription in a list of many.")
class ExportedSubscription:
    id: strawberry.ID = part_id(Kind.SUBSCRIPTION, "id")
    account_id: strawberry.ID = part_id(Kind.ACCOUNT, "account_id")
    offering_id: strawberry.ID = part_id(Kind.OFFERING, "offering_id")
    parent_id: strawberry.ID | None = part_id(
        Kind.SUBSCRIPTION, "parent_id", description="The plan that this is an add-on of."
    )
    name: str
    state: SubscriptionState
    quantity: Decimal
    renews_automatically: bool
    term_months: int
    order_reference: str
    starts_at: datetime
    ends_at: datetime | None
    activated_at: datetime | None
    mirrored: bool = strawberry.field(description="The copy of a reseller's subscription, locked here.")
    managed_by: str | None = strawberry.field(
        resolver=_managed_by, description="The reseller that alone may change a mirrored one."
    )
    version: int
    created_at: datetime


@strawberry.type(description="A part of the subscriptions in scope, oldest first.")
class SubscriptionExport:
    subscriptions: list[ExportedSubscription]
    end_cursor: str | None = strawberry.field(description="Where the next part begins; null when this is the last.")


@strawberry.type
class Query:
    @strawberry.field(
        description="Subscriptions in scope, or those of an account and of all below it, in parts of up to"
        f" {MOST_EXPORTED:,}: for those who want all of them.",
        directives=[*needs(queries.page), *sized_by("first", "subscriptions")],
    )
    async def subscription_export(
        self, info: Info, account_id: strawberry.ID | None = None, first: First = MOST_EXPORTED, after: After = None
    ) -> SubscriptionExport:
        viewer, under, request = info.context.viewer, None, asked_export(first, after)
        if account_id is not None:
            identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
            under = (await organisations.one(viewer, identifier, path=("accountId",))).path
        page = await queries.page(viewer, request, under=under)
        return SubscriptionExport(
            subscriptions=[shown_as(ExportedSubscription, row) for row in page.rows],
            end_cursor=cursor(page.rows[-1].id) if page.has_next and page.rows else None,
        )
