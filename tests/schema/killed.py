"""Run one mutation in a process of its own, which a fail point kills: `python -m tests.schema.killed`.

Reads JSON from its standard input: the database's addresses, the viewer, the document and the variables.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

from bss.clock import SetClock
from bss.permission import Permission
from bss.transaction.database import Addresses, Database
from bss.viewer import Viewer
from schema.execution import execute
from server.schema_of_database import register_models
from tests.schema.books import OPENED


async def run(asked: dict[str, Any]) -> None:
    await register_models()
    database = await Database.connect(Addresses(*asked["addresses"]), most=2)
    database.bind()
    actor, organisation = (UUID(text) for text in asked["viewer"][:2])
    viewer = Viewer(actor, "killed", organisation, asked["viewer"][2], frozenset(Permission))
    print(json.dumps(await execute(asked["document"], viewer, SetClock(OPENED), asked["variables"])))
    await database.close()


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
