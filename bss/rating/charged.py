"""What stands charged: the lines of closed periods that a cycle has on an edge, less what was credited of them. Pure.

Owns: the value, and the reckoning of credits against charges. Does not own: reading the lines
(`bss.rating.history`), or what ought to stand (`bss.rating.cycles`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from bss.period import Share
from bss.rating.line import LineKind
from bss.rating.unbillable import Unbillable


class ChargedLine(NamedTuple):
    """A line of a recurring charge. `share` is the part of its cycle that stands with it, as a fraction.

    One that is not `by_cycle` is of the month in arrears: it stands for itself, and takes its time.
    """

    edge_id: UUID
    charge: str
    offering_id: UUID
    kind: str
    service_start: datetime
    service_end: datetime
    billing_start: datetime
    quantity: Decimal
    version_id: UUID
    policy: str
    share: str
    by_cycle: bool


class Standing(NamedTuple):
    """One charge for `[start, until)`, by a price of that version and rounded by the policy of that name."""

    charge: str
    offering_id: UUID
    start: datetime
    until: datetime
    quantity: Decimal
    version_id: UUID
    policy: str
    share: Share


def standing(lines: Iterable[ChargedLine]) -> tuple[Standing, ...]:
    """What stands after these lines of one edge, which come in the order of their billing periods, credits first.

    A credit ends the charge that lasts until where it ends, and begins latest before it. Raises `Unbillable` where
    there is none.
    """
    found: dict[tuple[str, datetime], Standing] = {}
    for line in lines:
        if line.kind != LineKind.CREDIT:
            found[line.charge, line.service_start] = _charged(line)
            continue
        ended = found.pop((line.charge, _ended_by(line, found.values())))
        if ended.start < line.service_start:
            found[ended.charge, ended.start] = ended._replace(until=line.service_start, share=_share(line.share))
    return tuple(found.values())


def _ended_by(credit: ChargedLine, charges: Iterable[Standing]) -> datetime:
    """The start of the charge that the credit ends: the last one to begin of those that last until where it ends."""
    alike = [one.start for one in charges if one.charge == credit.charge and one.until == credit.service_end]
    begun = [start for start in alike if start <= credit.service_start]
    if not begun:
        raise Unbillable(
            (f"the credit of {credit.charge} from {credit.service_start} on fits nothing that was charged",)
        )
    return max(begun)


def _charged(line: ChargedLine) -> Standing:
    what = line.charge, line.offering_id, line.service_start, line.service_end, line.quantity
    return Standing(*what, line.version_id, line.policy, _share(line.share))


def _share(text: str) -> Share:
    over, _, under = text.partition("/")
    return Share(int(over), int(under))
