"""One call of the API in a process that a test may kill: `python -m tests.reliability.caller [planted fault]`.

Reads the mutation as JSON from its standard input, and calls in the installation that the environment names.
"""

from __future__ import annotations

import asyncio
import json
import sys

from server.installation import opened
from server.settings import load
from tests.reliability.faults import FAULTS
from tests.reliability.month import Mutation, called


async def call(mutation: Mutation) -> None:
    async with opened(load()) as installation:
        print(await called(installation.database, mutation))


if __name__ == "__main__":
    for fault in sys.argv[1:]:
        FAULTS[fault]()
    asyncio.run(call(Mutation(**json.load(sys.stdin))))
