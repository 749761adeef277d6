"""Usage of a mirror, as the distributor meters it: a gauge of vCPUs over whole hours of the 1st of June."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from bss.identifier import uuid7
from bss.metering.reading import Reading
from bss.metering.record_usage import RecordUsage, record_usage
from tests.sync.books import START, VCPU_HOURS, Book
from tests.sync.channel import Channel

_ROWS = (
    "SELECT concat_ws(' ', meter, resource, extract(hour FROM hour), trim_scale(quantity / 3600000), samples,"
    " 'r' || revision) AS row FROM usage_hour ORDER BY meter, resource, hour"
)


async def record_hour(channel: Channel, origin_id: UUID, hour: int, vcpus: int, resource: str = "vm-1") -> None:
    """`vcpus` for the whole of this hour, read on the mirror; a second reading of the same hour adds to it."""
    mirror = await channel.mirror_of(origin_id)
    starts_at = START + timedelta(hours=hour)
    reading = Reading(
        str(uuid7()), mirror.id, VCPU_HOURS, resource, starts_at, starts_at + timedelta(hours=1), Decimal(vcpus)
    )
    cloud = channel.cloud
    with cloud.database.bound():
        await record_usage(cloud.viewer, RecordUsage("vcenter", (reading,)), now=channel.now)


async def hours(channel: Channel, book: Book) -> list[str]:
    """The book's hours: meter, resource, hour, vCPU-hours, samples and revision."""
    return await channel.rows(book, _ROWS, "row")
