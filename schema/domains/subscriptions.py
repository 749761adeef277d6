"""Subscriptions and their timelines in GraphQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from bss.identifier import Kind
from bss.metering import queries as metering
from bss.organisations import queries as organisations
from bss.subscriptions import queries
from bss.subscriptions import subscription as domain
from bss.subscriptions.order import RecordedOrder
from schema.asking import AsKnownAt, AsOf, Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import needs
from schema.domains.bonds import Bond, bonds_of
from schema.domains.catalogue import Offering
from schema.domains.cycle import BillingCycle
from schema.domains.metering import From, To, UsageTotal, asked_period
from schema.domains.organisations import Account
from schema.domains.timeline import Segment, SubscriptionState
from schema.locks import Lockable
from schema.node import Node, findable, id_of, optional_id, uuid_of
from schema.size import sized
from schema.together import referred
from sync import queries as sync

strawberry.enum(domain.Verb, name="SubscriptionVerb", description="What may be done to a subscription.")


@strawberry.type(description="What somebody wanted of a subscription; it made one version of it.")
class Order:
    verb: domain.Verb
    version: int
    actor_name: str
    reason: str
    effective_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, order: RecordedOrder) -> Order:
        return cls(
            verb=order.verb,
            version=order.version,
            actor_name=order.actor_name,
            reason=order.reason,
            effective_at=order.effective_at,
            recorded_at=order.recorded_at,
        )


_ACCOUNT = referred(organisations.many, Account, attrgetter("account_uuid"))
_OFFERING = referred(queries.offerings, Offering, attrgetter("key"))


@strawberry.type(description="What an account bought, as it stands.")
class Subscription(Node, Lockable):
    key: strawberry.Private[UUID]
    account_uuid: strawberry.Private[UUID]
    name: str
    state: SubscriptionState
    quantity: Decimal
    characteristics: JSON
    billing_cycle: BillingCycle
    renews_automatically: bool
    term_months: int
    parent_id: strawberry.ID | None = strawberry.field(description="The plan that this is an add-on of.")
    predecessor_id: strawberry.ID | None = strawberry.field(description="What was transferred here.")
    order_reference: str
    starts_at: datetime
    ends_at: datetime | None
    activated_at: datetime | None
    provisioned_at: datetime | None
    removed_at: datetime | None
    mirrored: bool = strawberry.field(description="The copy of a reseller's subscription, locked here.")
    managed_by: str | None = strawberry.field(description="The reseller that alone may change a mirrored one.")
    refusal: str | None = strawberry.field(
        description="Why the distributor refused it: sold, but not provisioned. In its words for who may view links,"
        " and else that it did."
    )
    version: int
    created_at: datetime

    @classmethod
    def of(cls, subscription: domain.Subscription) -> Subscription:
        return cls(
            id=id_of(Kind.SUBSCRIPTION, subscription.id),
            key=subscription.id,
            account_uuid=subscription.account_id,
            name=subscription.name,
            state=subscription.state,
            quantity=subscription.quantity,
            characteristics=JSON(subscription.characteristics),
            billing_cycle=BillingCycle.of(subscription.cycle),
            renews_automatically=subscription.renews_automatically,
            term_months=subscription.term_months,
            parent_id=optional_id(Kind.SUBSCRIPTION, subscription.parent_id),
            predecessor_id=optional_id(Kind.SUBSCRIPTION, subscription.predecessor_id),
            order_reference=subscription.order_reference,
            starts_at=subscription.starts_at,
            ends_at=subscription.ends_at,
            activated_at=subscription.activated_at,
            provisioned_at=subscription.provisioned_at,
            removed_at=subscription.removed_at,
            mirrored=subscription.mirrored,
            managed_by=subscription.managed_by or None,
            refusal=subscription.refusal,
            version=subscription.version,
            created_at=subscription.created_at,
        )

    @strawberry.field(directives=needs(organisations.many), metadata=_ACCOUNT.metadata)
    async def account(self, info: Info) -> Account | None:
        found: Account | None = await _ACCOUNT.of_one(self, info)
        return found

    @strawberry.field(
        description="What it is a subscription of.",
        directives=needs(queries.offerings),
        metadata=_OFFERING.metadata,
    )
    async def offering(self, info: Info) -> Offering | None:
        found: Offering | None = await _OFFERING.of_one(self, info)
        return found

    @strawberry.field(description="What was in service when.", directives=[*needs(queries.timeline), *sized(10)])
    async def timeline(self, info: Info, as_known_at: AsKnownAt = None) -> list[Segment] | None:
        found = await info.context.load(queries.timeline, self.key, as_known_at)
        return [Segment.of(segment) for segment in found or ()]

    @strawberry.field(
        description="Live ones and ended ones, oldest first.", directives=[*needs(queries.add_ons), *sized(10)]
    )
    async def add_ons(self, info: Info) -> list[Annotated[Subscription, strawberry.lazy(__name__)]] | None:
        found = await info.context.load(queries.add_ons, self.key)
        return [Subscription.of(each) for each in found or ()]

    @strawberry.field(
        description="Who wanted what, when and why: the last hundred, newest first.",
        directives=[*needs(queries.orders), *sized(25)],
    )
    async def orders(self, info: Info) -> list[Order] | None:
        found = await info.context.load(queries.orders, self.key)
        return [Order.of(each) for each in found or ()]

    @strawberry.field(
        description="What was in service at an instant, as known at an instant; null when nothing was.",
        directives=needs(queries.in_effect),
    )
    async def in_effect(self, info: Info, as_of: AsOf = None, as_known_at: AsKnownAt = None) -> Segment | None:
        instant = as_of or info.context.clock.now()
        found = await info.context.load(queries.in_effect, self.key, instant, as_known_at)
        return None if found is None else Segment.of(found)

    @strawberry.field(
        description="Totals by meter of the hours that start in the period.",
        directives=[*needs(metering.totals), *sized(4)],
    )
    async def usage(self, info: Info, start: From, end: To) -> list[UsageTotal] | None:
        found = await info.context.load(metering.totals, self.key, asked_period(start, end))
        return [UsageTotal.of(total) for _, total in sorted((found or {}).items())]

    @strawberry.field(
        description="How it stands with the other organisation.", directives=[*needs(sync.bonds), *sized(2)]
    )
    async def bonds(self, info: Info) -> list[Bond] | None:
        return await bonds_of(info, self.key)


subscription_by_id = findable(Kind.SUBSCRIPTION, queries.many, Subscription)


@strawberry.type
class Query:
    @strawberry.field(
        description="Subscriptions in scope, or those of an account and of all below it, oldest first.",
        directives=needs(queries.page),
    )
    async def subscriptions(
        self,
        info: Info,
        account_id: strawberry.ID | None = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Subscription]:
        viewer, under = info.context.viewer, None
        request = asked_page(first, after, last, before)
        if account_id is not None:
            identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
            under = (await organisations.one(viewer, identifier, path=("accountId",))).path
        return connected(await queries.page(viewer, request, under=under), Subscription.of, lambda row: row.id)
