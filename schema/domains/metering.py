"""Usage in GraphQL: batches, totals and hours, and readings as an API client sends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.metering import queries
from bss.metering.reading import Reading
from bss.metering.record_usage import RecordUsage, record_usage
from bss.organisations import queries as organisations
from bss.period import Period
from bss.refusal import InvalidInput
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.node import Node, findable, id_of, uuid_of
from schema.parts import part_id, shown_as
from schema.size import sized

LONGEST_BY_HOUR = timedelta(days=31)
From = Annotated[datetime, strawberry.argument(name="from")]
To = Annotated[datetime, strawberry.argument(name="to", description="Not part of the period any more.")]


def asked_period(start: datetime, end: datetime) -> Period:
    """The period between the arguments `from` and `to`. Raises `InvalidInput` when it is empty."""
    if end <= start:
        raise InvalidInput.at("to", "A period ends after it starts.")
    return Period(start, end)


@strawberry.type(description="One append: received = accepted + duplicate.")
class UsageBatch(Node):
    source: str
    received: int
    accepted: int = strawberry.field(description="New, and counted.")
    duplicate: int = strawberry.field(description="Recorded before, or earlier in the batch.")
    created_at: datetime

    @classmethod
    def of(cls, batch: queries.Batch) -> UsageBatch:
        return cls(
            id=id_of(Kind.USAGE_BATCH, batch.id),
            source=batch.source,
            received=batch.received,
            accepted=batch.accepted,
            duplicate=batch.duplicate,
            created_at=batch.created_at,
        )


findable(Kind.USAGE_BATCH, queries.batches, UsageBatch)


@strawberry.type(description="A subscription's usage of one meter in a period, in the meter's base unit.")
class UsageTotal:
    subscription_id: strawberry.ID = part_id(Kind.SUBSCRIPTION, "subscription_id")
    meter: str
    quantity: Decimal
    samples: int
    hours: int = strawberry.field(description="UTC hours with usage.")

    @classmethod
    def of(cls, total: queries.Total) -> UsageTotal:
        return shown_as(cls, total)


@strawberry.type(description="One UTC hour of one resource, in the meter's base unit.")
class UsageHour:
    meter: str
    resource: str
    hour: datetime
    quantity: Decimal
    samples: int
    revision: int = strawberry.field(description="Grows with every change of the hour.")

    @classmethod
    def of(cls, hour: queries.UsageHour) -> UsageHour:
        return cls(
            meter=hour.meter,
            resource=hour.resource,
            hour=hour.hour,
            quantity=hour.quantity,
            samples=hour.samples,
            revision=hour.revision,
        )


@strawberry.input(description="What a meter said about a resource from startsAt to endsAt.")
class ReadingInput:
    event_id: str = strawberry.field(description="Unique within the source.")
    subscription_id: strawberry.ID
    meter: str
    resource: str = ""
    starts_at: datetime
    ends_at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: counted at the instant startsAt."
    )
    value: Decimal = strawberry.field(description="The gauge that stood in the interval, or the amount counted in it.")


@strawberry.input
class RecordUsageInput:
    source: str
    readings: list[ReadingInput] = strawberry.field(description="1 to 1000.")


def _batch(given: RecordUsageInput) -> RecordUsage:
    return RecordUsage(given.source, tuple(_reading(index, each) for index, each in enumerate(given.readings)))


def _reading(index: int, given: ReadingInput) -> Reading:
    return Reading(
        event_id=given.event_id,
        subscription_id=uuid_of(Kind.SUBSCRIPTION, given.subscription_id, f"readings.{index}.subscriptionId"),
        meter=given.meter,
        resource=given.resource,
        starts_at=given.starts_at,
        ends_at=given.starts_at if given.ends_at is None else given.ends_at.value,
        value=given.value,
    )


def _place(given: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names: files know a column `subscription`, the API an id."""
    return tuple("subscriptionId" if step == "subscription" else step for step in path)


@strawberry.type
class Query:
    usage_batches = listed(queries.batch_page, UsageBatch, description="What was recorded or imported, oldest first.")

    @strawberry.field(
        description="Totals of every subscription of an account and of all below it.",
        directives=[*needs(queries.totals_under), *sized(10)],
    )
    async def usage_totals(self, info: Info, account_id: strawberry.ID, start: From, end: To) -> list[UsageTotal]:
        viewer, period = info.context.viewer, asked_period(start, end)
        identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        account = await organisations.one(viewer, identifier, path=("accountId",))
        found = await queries.totals_under(viewer, account.path, period)
        return [UsageTotal.of(total) for _, by_meter in sorted(found.items()) for total in by_meter.values()]

    @strawberry.field(
        description="The hours of a subscription that start in the period, which has at most 31 days.",
        directives=[*needs(queries.hours), *sized(750)],
    )
    async def usage_hours(self, info: Info, subscription_id: strawberry.ID, start: From, end: To) -> list[UsageHour]:
        period = asked_period(start, end)
        if period.end - period.start > LONGEST_BY_HOUR:
            raise InvalidInput.at("to", f"By the hour, a period has at most {LONGEST_BY_HOUR.days} days.")
        identifier: UUID = uuid_of(Kind.SUBSCRIPTION, subscription_id, "subscriptionId")
        return [UsageHour.of(hour) for hour in await queries.hours(info.context.viewer, identifier, period)]


@strawberry.type
class Mutation:
    record_usage = mutation(
        record_usage,
        input_type=RecordUsageInput,
        result=UsageBatch,
        request_of=_batch,
        answer=shown(queries.batches, UsageBatch),
        place_of=_place,
    )
