"""The usage hours behind a line: what a customer checks an invoice against.

Owns: which hours they are: those of the line's subscription that start in its service period, of the meter that its
price named. Does not own: the hours (`bss.metering`), or what they cost (`bss.rating.charges`).

Their sum is the line's quantity, unless usage of the period came or was corrected after it was rated. Where an account
left an edge and came back to it within a period, the hours in between are shown too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from bss.catalogue.meter import Meter
from bss.catalogue.queries import meters
from bss.permission import Permission
from bss.transaction.begin import raised
from bss.transaction.page import Page, PageRequest, paged_by
from bss.viewer import Viewer, requires


@dataclass(frozen=True)
class LineHour:
    """One UTC hour of one resource, in the base unit of the meter; `id` is its place in the order of the list."""

    id: UUID
    resource: str
    hour: datetime
    quantity: Decimal
    meter: Meter | None


# Ordered by hour, and within an hour in an order of its own that stays: an id is made of both.
_HOURS = """
SELECT line.id AS line_id, (lpad(to_hex(extract(epoch FROM h.hour)::bigint / 3600), 8, '0')
  || left(md5(h.resource), 24))::uuid AS id, h.resource, h.hour, h.quantity, h.meter
FROM billable_line line
JOIN price ON price.organisation_id = $1 AND price.version_id = (line.explanation ->> 'price_version')::uuid
  AND price.offering_id = line.offering_id AND price.charge = line.charge
JOIN usage_hour h ON h.organisation_id = $1 AND h.subscription_id = line.subscription_id AND h.meter = price.meter
  AND h.hour >= line.service_start AND h.hour < line.service_end
WHERE line.organisation_id = $1 AND line.path >= $2 AND line.path < $2 || '~' AND line.charge_kind = 'usage'
"""


@requires(Permission.USAGE_VIEW)
async def usage_hours(viewer: Viewer, line_ids: Collection[UUID], request: PageRequest) -> dict[UUID, Page[LineHour]]:
    """The hours behind each of these lines whose buyers are in the viewer's scope, in order of time, page by page.

    The price lies above the buyer, and a subscription may have moved away since: both are read from above, and only
    hours come out. No hours for a line that is not about usage.
    """
    async with raised(viewer, replace(viewer, path=viewer.root_path)) as tx:
        known = await meters(tx.viewer)
        return await paged_by(
            *(tx.viewer, _HOURS, (viewer.organisation_id, viewer.path), line_ids, "line_id", request),
            lambda row: _hour_of(row, known),
        )


def _hour_of(row: Record, known: Mapping[str, Meter]) -> LineHour:
    return LineHour(row["id"], row["resource"], row["hour"], row["quantity"], known.get(row["meter"]))
