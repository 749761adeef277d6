"""Corrected hours and manual readings in GraphQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from bss.identifier import Kind
from bss.invoicing.correct_usage import correct_usage
from bss.metering import queries
from bss.metering.correction import Correction
from bss.metering.record_reading import RecordReading, record_reading
from schema.connection import listed
from schema.declare import mutation, shown
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="An hour was wrong: what it was, what it is since, and why; in the meter's base unit.")
class UsageCorrection(Node):
    subscription_id: strawberry.ID
    meter: str
    resource: str
    hour: datetime
    before: Decimal
    quantity: Decimal
    revision: int = strawberry.field(description="The hour's, since the correction.")
    reason: str
    recorded_at: datetime

    @classmethod
    def of(cls, correction: queries.UsageCorrection) -> UsageCorrection:
        return cls(
            id=id_of(Kind.USAGE_CORRECTION, correction.id),
            subscription_id=id_of(Kind.SUBSCRIPTION, correction.subscription_id),
            meter=correction.meter,
            resource=correction.resource,
            hour=correction.hour,
            before=correction.before,
            quantity=correction.quantity,
            revision=correction.revision,
            reason=correction.reason,
            recorded_at=correction.recorded_at,
        )


@strawberry.type(description="What a person read off a meter, with the evidence for it.")
class ManualReading(Node):
    subscription_id: strawberry.ID
    meter: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    value: Decimal
    note: str
    evidence: str
    recorded_at: datetime

    @classmethod
    def of(cls, reading: queries.ManualReading) -> ManualReading:
        return cls(
            id=id_of(Kind.MANUAL_READING, reading.id),
            subscription_id=id_of(Kind.SUBSCRIPTION, reading.subscription_id),
            meter=reading.meter,
            resource=reading.resource,
            starts_at=reading.starts_at,
            ends_at=reading.ends_at,
            value=reading.value,
            note=reading.note,
            evidence=reading.evidence,
            recorded_at=reading.recorded_at,
        )


findable(Kind.USAGE_CORRECTION, queries.corrections, UsageCorrection)
findable(Kind.MANUAL_READING, queries.manual_readings, ManualReading)


@strawberry.input(description="What the quantity of an hour is.")
class CorrectUsageInput:
    subscription_id: strawberry.ID
    meter: str
    resource: str = ""
    hour: datetime = strawberry.field(description="The start of the hour: a whole hour in UTC.")
    quantity: Decimal = strawberry.field(description="The right quantity, in the meter's base unit, as in usageHours.")
    reason: str
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the hour is at another one; 0 for an hour without usage."
    )


def _correction(given: CorrectUsageInput) -> Correction:
    return Correction(
        subscription_id=uuid_of(Kind.SUBSCRIPTION, given.subscription_id, "subscriptionId"),
        meter=given.meter,
        resource=given.resource,
        hour=given.hour,
        quantity=given.quantity,
        reason=given.reason,
        expected_revision=given.expected_revision,
    )


@strawberry.input(description="What a person read off a meter from startsAt to endsAt.")
class RecordReadingInput:
    subscription_id: strawberry.ID
    meter: str
    resource: str = ""
    starts_at: datetime
    ends_at: datetime
    value: Decimal = strawberry.field(description="The gauge that stood in the interval, or the amount counted in it.")
    note: str = strawberry.field(description="Why it was read by hand, and by whom.")
    evidence: str = strawberry.field(description="The text of the evidence, or where it is kept.")


def _reading(given: RecordReadingInput) -> RecordReading:
    return RecordReading(
        subscription_id=uuid_of(Kind.SUBSCRIPTION, given.subscription_id, "subscriptionId"),
        meter=given.meter,
        resource=given.resource,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        value=given.value,
        note=given.note,
        evidence=given.evidence,
    )


def _place(given: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The input is the one reading of its batch, and has the same names; files know a column `subscription`."""
    own = path[2:] if path[:1] == ("readings",) else path
    return tuple("subscriptionId" if step == "subscription" else step for step in own)


@strawberry.type
class Query:
    usage_corrections = listed(
        queries.correction_page, UsageCorrection, description="Corrected hours in scope, oldest first."
    )
    manual_readings = listed(
        queries.manual_reading_page, ManualReading, description="Manual readings in scope, oldest first."
    )


@strawberry.type
class Mutation:
    correct_usage = mutation(
        correct_usage,
        input_type=CorrectUsageInput,
        result=UsageCorrection,
        request_of=_correction,
        answer=shown(queries.corrections, UsageCorrection),
    )
    record_reading = mutation(
        record_reading,
        input_type=RecordReadingInput,
        result=ManualReading,
        request_of=_reading,
        answer=shown(queries.manual_readings, ManualReading),
        place_of=_place,
    )
