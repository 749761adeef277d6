"""One bill run in a process of its own, so that a fail point may kill it: `python -m tests.invoicing.run_in_child`.

Arguments: the three database URLs, organisation, root path, run, the instant, and how many subscriptions and lines
stand in a chunk. Prints the milliseconds that the run took and the peak of the resident memory in megabytes.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from datetime import datetime
from time import perf_counter_ns
from uuid import UUID

from bss.invoicing import close_period
from bss.invoicing.bill_run import run
from bss.transaction.database import Addresses, Database
from bss.viewer import Viewer


async def main(*arguments: str) -> None:
    urls, (organisation, root, run_id, now, subscriptions, lines) = arguments[:3], arguments[3:]
    close_period.SUBSCRIPTIONS_PER_CHUNK = int(subscriptions)
    close_period.LINES_PER_INVOICE_CHUNK = int(lines)
    database = await Database.connect(Addresses(*urls), most=3)
    viewer = Viewer.system(UUID(organisation), root, "bill-run")
    started = perf_counter_ns()
    with database.bound():
        await run(viewer, UUID(run_id), now=datetime.fromisoformat(now))
    milliseconds = (perf_counter_ns() - started) // 1_000_000
    await database.close()
    print(milliseconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
