"""Switch modules of the organisation on and off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from bss.module import Module
from bss.permission import Permission
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SetModules:
    """The modules that are on from now on; all others are off. `EDITIONS` has sets with a name."""

    modules: frozenset[Module]


@command("setModules", requires=Permission.ORGANISATION_MANAGE)
async def set_modules(tx: Transaction, request: SetModules, now: datetime) -> Outcome:
    """Set which modules the organisation has; what a switched-off one holds stays and comes back with it."""
    await tx.connection.execute(
        "UPDATE organisation SET modules = $2 WHERE organisation_id = $1",
        *(tx.organisation_id, json.dumps(sorted(request.modules))),
    )
    return Outcome(tx.organisation_id)
