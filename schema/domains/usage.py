"""Usage over time in GraphQL: series of any node, a month in detail, gaps."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from bss.catalogue.meter import Meter
from bss.identifier import Kind
from bss.metering import freshness as domain
from bss.metering.bucket import Step
from bss.metering.month import MeterMonth, Month, SubscriptionMonth, month_named
from bss.metering.month import month as month_of
from bss.metering.series import Asked, Point, Series, series
from bss.organisations import queries as organisations
from bss.refusal import InvalidInput
from bss.subscriptions import queries as subscriptions
from bss.tariff.exact import nine_decimals
from bss.viewer import Viewer
from schema.asking import Info
from schema.declare import needs
from schema.domains.metering import From, To, asked_period
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.node import optional_id, optional_uuid, uuid_of
from schema.size import sized

strawberry.enum(Step, name="UsageStep", description="How long a bucket is: a UTC hour, a local day, a local month.")
Zone = Annotated[
    str | None, strawberry.argument(description="The time zone of days and months; left out: the organisation's.")
]


@strawberry.type(description="A quantity of usage: exactly, in the meter's base unit, and for people.")
class UsageQuantity:
    exact: Decimal = strawberry.field(description="In the meter's base unit, so that sums are exact.")
    value: Decimal = strawberry.field(description="In the meter's unit: exact / divisor, to nine decimals.")
    unit: str = strawberry.field(description="Such as vCPU-hour.")
    divisor: int = strawberry.field(description="Base units in one unit.")

    @classmethod
    def of(cls, quantity: Decimal, meter: Meter | None) -> UsageQuantity:
        divisor, unit = (1, "") if meter is None else (meter.divisor, meter.unit)
        over, under = quantity.as_integer_ratio()
        return cls(exact=quantity, value=Decimal(nine_decimals(over, under * divisor)), unit=unit, divisor=divisor)


@strawberry.type(description="What was used in the hours that start from startsAt and before endsAt.")
class UsagePoint:
    starts_at: datetime
    ends_at: datetime
    quantity: UsageQuantity

    @classmethod
    def of(cls, point: Point, meter: Meter | None) -> UsagePoint:
        return cls(
            starts_at=point.bucket.start,
            ends_at=point.bucket.end,
            quantity=UsageQuantity.of(point.quantity, meter),
        )


@strawberry.interface(description="How far an answer about usage can be trusted.")
class UsageAnswer:
    fresh_as_of: datetime | None = strawberry.field(description="The latest sample of all that was asked about.")
    complete_until: datetime | None = strawberry.field(
        description="Until when no whole hour is missing; null where nothing is measured over time."
    )
    gaps: int = strawberry.field(description="Missing whole hours, counted for every meter of every subscription.")


@strawberry.type(description="One meter over time. A bucket without usage has no point.")
class UsageSeries:
    meter: str
    subscription_id: strawberry.ID | None = strawberry.field(description="By resource only.")
    resource: str | None = strawberry.field(description="By resource only.")
    total: UsageQuantity
    points: list[UsagePoint] = strawberry.field(directives=sized(100))

    @classmethod
    def of(cls, found: Series) -> UsageSeries:
        return cls(
            meter=found.meter_code,
            subscription_id=optional_id(Kind.SUBSCRIPTION, found.subscription_id),
            resource=found.resource,
            total=UsageQuantity.of(found.total, found.meter),
            points=[UsagePoint.of(point, found.meter) for point in found.points],
        )


@strawberry.type(description="Usage of a node over time.")
class UsageOverTime(UsageAnswer):
    zone: str
    series: list[UsageSeries] = strawberry.field(directives=sized(10))


@strawberry.type(description="What one resource used in the month.")
class UsageResource:
    resource: str
    quantity: UsageQuantity


@strawberry.type(description="A meter's month: its days and its resources each sum to the total.")
class MeterMonthDetail:
    meter: str
    total: UsageQuantity
    days: list[UsagePoint] = strawberry.field(directives=sized(31))
    resources: list[UsageResource] = strawberry.field(directives=sized(20))

    @classmethod
    def of(cls, found: MeterMonth) -> MeterMonthDetail:
        return cls(
            meter=found.meter_code,
            total=UsageQuantity.of(found.total, found.meter),
            days=[UsagePoint.of(day, found.meter) for day in found.days],
            resources=[
                UsageResource(resource=each.name, quantity=UsageQuantity.of(each.quantity, found.meter))
                for each in found.resources
            ],
        )


@strawberry.type(description="A subscription's month.")
class SubscriptionMonthDetail:
    value: strawberry.Private[SubscriptionMonth]
    meters: list[MeterMonthDetail] = strawberry.field(directives=sized(4))

    @strawberry.field(directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        found: Subscription | None = await subscription_by_id(info, self.value.subscription_id)
        return found


@strawberry.type(description="A month in detail; subscriptions without usage are left out.")
class UsageMonth(UsageAnswer):
    zone: str
    starts_at: datetime
    ends_at: datetime
    subscriptions: list[SubscriptionMonthDetail] = strawberry.field(directives=sized(50))

    @classmethod
    def of(cls, found: Month, zone: str) -> UsageMonth:
        return cls(
            fresh_as_of=found.freshness.fresh_as_of,
            complete_until=found.freshness.complete_until,
            gaps=found.freshness.gaps,
            zone=zone,
            starts_at=found.period.start,
            ends_at=found.period.end,
            subscriptions=[
                SubscriptionMonthDetail(value=each, meters=[MeterMonthDetail.of(one) for one in each.meters])
                for each in found.subscriptions
            ],
        )


@strawberry.type(description="Whole hours in a row without a sample, of a meter that measures over time.")
class UsageGap:
    meter: str
    starts_at: datetime
    ends_at: datetime
    hours: int


@strawberry.type(description="From when to when a meter of the subscription has spoken.")
class UsageSource:
    meter: str
    source: str | None = strawberry.field(description="Null for what the distributor measured.")
    first_hour: datetime
    last_sample_at: datetime = strawberry.field(description="To the hour, for what the distributor measured.")


@strawberry.type(description="What is missing of a subscription's usage, and where it comes from.")
class UsageGaps:
    fresh_as_of: datetime | None = strawberry.field(description="The latest sample of all.")
    gaps: list[UsageGap] = strawberry.field(directives=sized(50))
    sources: list[UsageSource] = strawberry.field(directives=sized(10))


@strawberry.type
class Query:
    @strawberry.field(
        description="Usage of an account with all below it, of a subscription, or of everything in scope: by hour, day"
        " or month, at most 1,000 of them. Sums at a node are the sums of its leaves.",
        directives=needs(series),
    )
    async def usage_series(
        self,
        info: Info,
        start: From,
        end: To,
        account_id: strawberry.ID | None = None,
        subscription_id: strawberry.ID | None = None,
        by: Step = Step.DAY,
        zone: Zone = None,
        by_resource: bool = False,
    ) -> UsageOverTime:
        viewer, window = info.context.viewer, asked_period(start, end)
        scope = await _scope(viewer, account_id, subscription_id)
        zone = zone or (await organisations.organisation(viewer)).zone
        found = await series(viewer, scope, Asked(window, by, zone, by_resource), now=info.context.clock.now())
        return UsageOverTime(
            fresh_as_of=found.freshness.fresh_as_of,
            complete_until=found.freshness.complete_until,
            gaps=found.freshness.gaps,
            zone=zone,
            series=[UsageSeries.of(each) for each in found.series],
        )

    @strawberry.field(
        description="A month in detail, in one request: an account's subscriptions and those of all below it, their"
        " meters, and of each the days and the resources.",
        directives=needs(month_of),
    )
    async def usage_month(
        self,
        info: Info,
        account_id: strawberry.ID,
        month: Annotated[str | None, strawberry.argument(description='"2026-02"; left out: the present one.')] = None,
        zone: Zone = None,
    ) -> UsageMonth:
        viewer, now = info.context.viewer, info.context.clock.now()
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        account = await organisations.one(viewer, identifier, path=("accountId",))
        zone = zone or (await organisations.organisation(viewer)).zone
        return UsageMonth.of(await month_of(viewer, account.path, month_named(month, zone, now), zone, now=now), zone)

    @strawberry.field(
        description="Which whole hours of a subscription are missing in the period, which has at most 366 days.",
        directives=needs(domain.gaps),
    )
    async def usage_gaps(self, info: Info, subscription_id: strawberry.ID, start: From, end: To) -> UsageGaps:
        viewer, window = info.context.viewer, asked_period(start, end)
        identifier = uuid_of(Kind.SUBSCRIPTION, subscription_id, "subscriptionId")
        await subscriptions.one(viewer, identifier, path=("subscriptionId",))
        gaps = await domain.gaps(viewer, identifier, window, now=info.context.clock.now())
        spans = await domain.spans(viewer, identifier)
        return UsageGaps(
            fresh_as_of=max((span.last_at for span in spans), default=None),
            gaps=[UsageGap(meter=g.meter, starts_at=g.starts_at, ends_at=g.ends_at, hours=g.hours) for g in gaps],
            sources=[
                UsageSource(
                    meter=span.meter,
                    source=span.source or None,
                    first_hour=span.first_hour,
                    last_sample_at=span.last_at,
                )
                for span in spans
            ],
        )


async def _scope(viewer: Viewer, account_id: str | None, subscription_id: str | None) -> domain.Scope:
    if account_id is not None and subscription_id is not None:
        raise InvalidInput.at("subscriptionId", "Ask for an account or for a subscription, not for both.")
    subscription = optional_uuid(Kind.SUBSCRIPTION, subscription_id, "subscriptionId")
    if subscription is not None:
        await subscriptions.one(viewer, subscription, path=("subscriptionId",))
        return domain.Scope(viewer.path, subscription)
    if account_id is None:
        return domain.Scope(viewer.path)
    identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
    return domain.Scope((await organisations.one(viewer, identifier, path=("accountId",))).path)
