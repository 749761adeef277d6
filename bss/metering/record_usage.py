"""Record a small batch of readings, as an API client sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.metering.append import append_staged
from bss.metering.reading import EventIdReused, Reading
from bss.metering.stage import Findings, stage
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.database import Role

MOST_READINGS = 1000


@dataclass(frozen=True)
class RecordUsage:
    """Up to a thousand readings of one source; event ids are unique within it."""

    source: str
    readings: tuple[Reading, ...]
