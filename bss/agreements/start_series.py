"""Start a new number series of an issuer, for a new year for example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.agreements.issuer import prefix_problems
from bss.agreements.models import SeriesModel
from bss.agreements.queries import issuer, series
from bss.agreements.series import same_numbers
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class StartSeries:
    """From now on the issuer's documents are numbered prefix 1, prefix 2, … without a gap."""

    issuer_id: UUID
    series_prefix: str


@command("startSeries", requires=Permission.ISSUER_MANAGE, refuses=(NotFound,))
async def start_series(tx: Transaction, request: StartSeries, now: datetime) -> Outcome:
    """Start a new number series; a prefix whose numbers may have been used is refused, and so no number comes twice.

    The running series stays the same row under its new prefix, so that a bill run that waits for the row goes on
    with the new numbers; the ended one is written beside it.
    """
    prefix = request.series_prefix.strip()
    if problems := list(prefix_problems(prefix)):
        raise InvalidInput(problems)
    found = await issuer(tx.viewer, request.issuer_id, path=("issuerId",))
    (running,) = await tx.connection.fetch(
        "SELECT id, prefix, last_number FROM series WHERE organisation_id = $1 AND issuer_id = $2 AND ended_at IS NULL"
        " FOR UPDATE",
        *(tx.organisation_id, found.id),
    )
    for earlier in (await series(tx.viewer, (found.id,)))[found.id]:
        if same_numbers(earlier.prefix, prefix):
            message = f"{prefix} could number a document as the series {earlier.prefix} does."
            raise Conflict(message, ("seriesPrefix",))
    await tx.connection.execute(
        "UPDATE series SET prefix = $3, last_number = 0 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, running["id"], prefix),
    )
    await SeriesModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=found.path,
        issuer_id=found.id,
        prefix=running["prefix"],
        last_number=running["last_number"],
        ended_at=now,
    )
    return Outcome(found.id)
