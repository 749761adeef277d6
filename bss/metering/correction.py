"""Step: put an hour right, as its next revision.

Owns: the row of the correction, and that readings + corrections = the hour. Does not own: whether the hour may still
be changed, which is a question of billing (`bss.invoicing.correct_usage`), or how it flows to the origin (`exchange`).

Readings stay as they were recorded. A reading that arrives later is added to the corrected hour like to any other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.identifier import uuid7
from bss.metering.bucket import hour_of
from bss.metering.hourly import is_storable
from bss.metering.models import UsageCorrectionModel
from bss.metering.reading import EARLIEST, MOST_TEXT
from bss.metering.stage import MEASURED_ABOVE
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.refusal import Conflict, InvalidInput, NotFound, Problem
from bss.transaction.begin import Transaction

MOST_REASON = 1_000
"""Characters of a reason, a note or evidence."""


@dataclass(frozen=True)
class Correction:
    """What the quantity of an hour is, in the meter's base unit, and why it was wrong.

    `expected_revision`: refuse when the hour is at another one; 0 for an hour that has no usage yet.
    """

    subscription_id: UUID
    meter: str
    resource: str
    hour: datetime
    quantity: Decimal
    reason: str
    expected_revision: int | None = None


@dataclass(frozen=True)
class Subject:
    """The subscription whose hour it is."""

    path: str
    offering_id: UUID
    mirrored: bool
    resold: bool


async def subject_of(tx: Transaction, subscription_id: UUID) -> Subject:
    """The subscription. Raises `NotFound`."""
    row = await tx.connection.fetchrow(
        "SELECT s.path, s.offering_id, s.mirrored, NOT s.mirrored AND o.supply_link_id IS NOT NULL AS resold"
        " FROM subscription s JOIN offering o ON o.organisation_id = $1 AND o.id = s.offering_id"
        " WHERE s.organisation_id = $1 AND s.path >= $2 AND s.path < $2 || '~' AND s.id = $3",
        *(tx.organisation_id, tx.viewer.path, subscription_id),
    )
    if row is None:
        raise NotFound("subscription", ("subscriptionId",))
    return Subject(**dict(row))


async def correct_hour(tx: Transaction, subject: Subject, correction: Correction, *, now: datetime) -> UUID:
    """Write the correction and the hour's next revision; returns the correction's id.

    Raises `InvalidInput` with everything that is wrong with it, and `Conflict` when the hour has changed meanwhile.
    """
    if problems := [problem async for problem in _problems(tx, subject, correction, now)]:
        raise InvalidInput(problems)
    before, revision = await _locked(tx, subject, correction)
    if correction.expected_revision not in (None, revision):
        raise Conflict(
            f"The hour is at revision {revision}, not {correction.expected_revision}.", ("expectedRevision",)
        )
    if before == correction.quantity:
        raise InvalidInput.at("quantity", "The hour has this quantity already.")
    await tx.connection.execute(
        "UPDATE usage_hour SET quantity = $6, revision = $7 WHERE organisation_id = $1 AND subscription_id = $2"
        " AND meter = $3 AND resource = $4 AND hour = $5",
        *_key(tx, correction),
        *(correction.quantity, revision + 1),
    )
    correction_id = uuid7()
    await UsageCorrectionModel.create(
        using_db=tx.db,
        id=correction_id,
        organisation_id=tx.organisation_id,
        path=subject.path,
        subscription_id=correction.subscription_id,
        meter=correction.meter,
        resource=correction.resource,
        hour=correction.hour,
        before=before,
        quantity=correction.quantity,
        revision=revision + 1,
        reason=correction.reason.strip(),
        recorded_at=now,
    )
    await record(tx, EventName.USAGE_RECORDED, correction_id, now=now)
    await announce(tx, Topic.USAGE_ROLLED_UP, (correction.subscription_id,), now=now)
    return correction_id


async def _locked(tx: Transaction, subject: Subject, correction: Correction) -> tuple[Decimal, int]:
    """The quantity and the revision of the hour, which is made when there is none: others wait for this one."""
    await tx.connection.execute(
        "INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples,"
        " revision, mirrored) VALUES ($1, $6, $2, $3, $4, $5, 0, 0, 0, $7) ON CONFLICT DO NOTHING",
        *_key(tx, correction),
        *(subject.path, subject.mirrored),
    )
    row = await tx.connection.fetchrow(
        "SELECT quantity, revision FROM usage_hour WHERE organisation_id = $1 AND subscription_id = $2 AND meter = $3"
        " AND resource = $4 AND hour = $5 FOR UPDATE",
        *_key(tx, correction),
    )
    assert row is not None, "the hour was made, or was there"
    return row["quantity"], row["revision"]


def _key(tx: Transaction, correction: Correction) -> tuple[object, ...]:
    return tx.organisation_id, correction.subscription_id, correction.meter, correction.resource, correction.hour


async def _problems(tx: Transaction, subject: Subject, correction: Correction, now: datetime) -> AsyncIterator[Problem]:
    if subject.resold:
        yield Problem(("subscriptionId",), MEASURED_ABOVE)
    known = await tx.connection.fetchval(
        "SELECT EXISTS (SELECT FROM meter WHERE organisation_id = $1 AND code = $2)",
        *(tx.organisation_id, correction.meter),
    )
    if not known:
        yield Problem(("meter",), f"There is no meter {correction.meter!r}.")
    for problem in _wrong(correction, now):
        yield problem


def _wrong(correction: Correction, now: datetime) -> Iterator[Problem]:
    if not (len(correction.resource) <= MOST_TEXT and correction.resource.isprintable()):
        yield Problem(("resource",), f"A resource has up to {MOST_TEXT} printable characters.")
    if hour_of(correction.hour) != correction.hour:
        yield Problem(("hour",), "An hour is named by its start: a whole hour in UTC.")
    elif not EARLIEST <= correction.hour <= now:
        yield Problem(("hour",), f"An hour that was begun since {EARLIEST:%Y} can be corrected.")
    if not is_storable(correction.quantity):
        yield Problem(("quantity",), f"{correction.quantity} is not a number from 0 to below 10^15 with nine decimals.")
    if not 1 <= len(correction.reason.strip()) <= MOST_REASON:
        yield Problem(("reason",), f"A reason has 1 to {MOST_REASON:,} characters.")
