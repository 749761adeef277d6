"""Attend organisations: seal their audit, number their feed, relay their events, do their due jobs, each in its turn.

Owns: what becomes of a job that was refused or failed, and that no organisation keeps another from its turn.
Does not own: claiming (`bss.jobs.claim`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from bss.audit.seal import seal
from bss.clients.rotate_signing_keys import rotate_signing_keys
from bss.failpoint import fp
from bss.feed.forget import forget
from bss.feed.number import number
from bss.feed.queries import glance
from bss.jobs.claim import claim, conclude, park, postpone, renew, wait
from bss.jobs.job import LEASE, Job
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


MOST_AT_ONCE = 50
"""What is done for one organisation before it is another one's turn."""


async def attend(viewer: Viewer, tools: Tools, *, most: int = MOST_AT_ONCE) -> int:
    """Seal the organisation's audit and number its feed, then relay its events and do its due jobs, at least `most`.

    Returns how many there were; fewer than `most` means that nothing is due any more.
    """
    sealed = await _sealed(viewer, tools) + await _numbered(viewer)
    count = 0
    while count < most:
        relayed = await relay(viewer, jobs_of, now=tools.clock.now())
        job = await claim(viewer, now=tools.clock.now())
        if job is not None:
            fp("work.after_claim")
            await perform(viewer, job, tools)
        if not relayed and job is None:
            break
        count += relayed + (job is not None)
    return sealed + count


async def _sealed(viewer: Viewer, tools: Tools) -> int:
    """How many entries were sealed. A broken chain, which `bss audit verify` names, keeps no job from being done."""
    try:
        return await seal(viewer, now=tools.clock.now())
    except Exception as fault:
        _log.error("the audit of organisation %s could not be sealed", viewer.organisation_id, exc_info=fault)
        return 0


async def _numbered(viewer: Viewer) -> int:
    """How many entries of the feed were numbered; their readers are kept waiting by a fault, and no job is."""
    try:
        return await number(viewer) if (await glance(viewer, 0, 0)).waits else 0
    except Exception as fault:
        _log.error("the feed of organisation %s could not be numbered", viewer.organisation_id, exc_info=fault)
        return 0


async def perform(viewer: Viewer, job: Job, tools: Tools) -> None:
    """Do one claimed job: conclude it, park it when it was refused, wait or postpone it when it failed."""
    try:
        async with _keeping(viewer, job, tools):
            await BODIES[job.kind](viewer, job.key, tools)
    except Refusal as refusal:
        await park(viewer, job, f"{refusal.code}: {refusal.message}", now=tools.clock.now())
    except PASSING as trouble:
        await wait(viewer, job, str(trouble), now=tools.clock.now())
    except Exception as fault:
        _log.warning("job %s %s failed, fault %d", job.kind, job.key, job.faults + 1, exc_info=fault)
        await postpone(viewer, job, f"{type(fault).__name__}: {fault}", now=tools.clock.now())
    else:
        fp("work.before_conclude")
        await conclude(viewer, job, now=tools.clock.now())


@asynccontextmanager
async def _keeping(viewer: Viewer, job: Job, tools: Tools) -> AsyncIterator[None]:
    """Renew the lease while the job is being done, however long that takes."""

    async def renewing() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            await renew(viewer, job, now=tools.clock.now())

    renewal = asyncio.create_task(renewing())
    try:
        yield
    finally:
        renewal.cancel()
        await asyncio.gather(renewal, return_exceptions=True)


async def in_turns(viewers: Iterable[Viewer], tools: Tools) -> int:
    """Attend these organisations, a few pieces of work each in turn, until nothing is due in any of them.

    A fault in one organisation is logged and does not keep the others from their turn.
    """
    total, waiting = 0, list(viewers)
    while waiting:
        busy = []
        for viewer in waiting:
            try:
                done = await attend(viewer, tools)
            except Exception as fault:
                _log.error("organisation %s could not be attended", viewer.organisation_id, exc_info=fault)
                continue
            total += done
            if done >= MOST_AT_ONCE:
                busy.append(viewer)
        waiting = busy
    return total


async def attend_marked(tools: Tools) -> int:
    """Attend the organisations that were marked as having new work."""
    return await in_turns([Viewer.system(found, path, "work") for found, path in await take_due()], tools)


async def sweep(tools: Tools) -> int:
    """Attend every organisation: what a lost doorbell, a lost mark or a killed worker left behind."""
    viewers = [entry.system("work") for entry in await organisations()]
    for viewer in viewers:
        await _keep_house(viewer, tools)
    return await in_turns(viewers, tools)


async def _keep_house(viewer: Viewer, tools: Tools) -> None:
    """Change keys and forget what was told long ago: no jobs, for nothing waits, and the next sweep finds the rest."""
    now = tools.clock.now()
    try:
        if tools.keys is not None:
            await rotate_signing_keys(viewer, tools.keys, now=now)
        await forget(viewer, now=now)
    except Exception as fault:
        _log.error("the house of %s could not be kept", viewer.organisation_id, exc_info=fault)


async def settle(tools: Tools) -> int:
    """Sweep until one whole round finds nothing to do: for stories and tests that drain all work."""
    total = 0
    while done := await sweep(tools):
        total += done
    return total
