"""Attend an organisation: relay its events, do its due jobs, until nothing is due.

Owns: what becomes of a job that was refused or failed. Does not own: claiming (`bss.jobs.claim`).
"""

from __future__ import annotations

import logging

from bss.failpoint import fp
from bss.jobs.claim import claim, conclude, park, postpone, wait
from bss.jobs.job import Job
from bss.organisations.directory import organisations, take_due
from bss.outbox.relay import relay
from bss.refusal import Refusal
from bss.viewer import Viewer
from sync.deliver import LinkBusy
from sync.transport import TransportTrouble
from workers.reactions import jobs_of
from workers.work import BODIES, Tools

_log = logging.getLogger(__name__)

PASSING = (LinkBusy, TransportTrouble)
"""Troubles that pass by themselves: a link that is down may be down for weeks, and nothing is given up."""


async def attend(viewer: Viewer, tools: Tools) -> int:
    """Do all that is due now in the viewer's organisation; returns how many events and jobs that were."""
    count = 0
    while True:
        relayed = await relay(viewer, jobs_of, now=tools.clock.now())
        job = await claim(viewer, now=tools.clock.now())
        if job is not None:
            fp("work.after_claim")
            await perform(viewer, job, tools)
        if not relayed and job is None:
            return count
        count += relayed + (job is not None)


async def perform(viewer: Viewer, job: Job, tools: Tools) -> None:
    """Do one claimed job: conclude it, park it when it was refused, wait or postpone it when it failed."""
    try:
        await BODIES[job.kind](viewer, job.key, tools)
    except Refusal as refusal:
        await park(viewer, job, f"{refusal.code}: {refusal.message}", now=tools.clock.now())
    except PASSING as trouble:
        await wait(viewer, job, str(trouble), now=tools.clock.now())
    except Exception as fault:
        _log.warning("job %s %s failed on attempt %d", job.kind, job.key, job.attempts, exc_info=fault)
        await postpone(viewer, job, f"{type(fault).__name__}: {fault}", now=tools.clock.now())
    else:
        fp("work.before_conclude")
        await conclude(viewer, job, now=tools.clock.now())


async def attend_marked(tools: Tools) -> int:
    """Attend the organisations that were marked as having new work."""
    return sum([await attend(Viewer.system(found, path, "work"), tools) for found, path in await take_due()])


async def sweep(tools: Tools) -> int:
    """Attend every organisation: what a lost doorbell, a lost mark or a killed worker left behind."""
    return sum([await attend(entry.system("work"), tools) for entry in await organisations()])


async def settle(tools: Tools) -> int:
    """Sweep until one whole round finds nothing to do: for stories and tests that drain all work."""
    total = 0
    while done := await sweep(tools):
        total += done
    return total
