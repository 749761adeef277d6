"""The life of a job: coalesced, leased, fenced, given up on, and shared out fairly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.jobs.claim import ResumeJob, claim, conclude, park, postpone, renew, resume, wait
from bss.jobs.enqueue import enqueue
from bss.jobs.job import LEASE, MOST_FAULTS, Job, JobKind, JobState, back_off
from bss.jobs.queries import listed
from bss.refusal import WrongState
from bss.transaction.begin import begin
from bss.transaction.database import Database
from bss.viewer import Viewer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)


async def asked(times: int = 1) -> Viewer:
    """An organisation in which a job was asked for."""
    _, root, viewer = founder("cloud")
    await open_organisation(viewer, OpenOrganisation("Cloud", "cloud", "Europe/Amsterdam", "EUR", "Ann", root), now=NOW)
    for _ in range(times):
        async with begin(viewer) as tx:
            await enqueue(tx, JobKind.INVOICE_RENDER, "one", now=NOW)
    return viewer


async def claimed(viewer: Viewer, now: datetime = NOW) -> Job:
    job = await claim(viewer, now=now)
    assert job is not None
    return job


async def state(viewer: Viewer) -> tuple[JobState, int, int]:
    (job,) = await listed(viewer)
    return job.state, job.attempts, job.faults


async def test_asking_three_times_is_asking_once_and_asking_during_the_work_is_asking_again(database: Database) -> None:
    viewer = await asked(3)
    job = await claimed(viewer)
    assert await claim(viewer, now=NOW) is None
    async with begin(viewer) as tx:
        await enqueue(tx, JobKind.INVOICE_RENDER, "one", now=NOW)
    await conclude(viewer, job, now=NOW)
    assert (await state(viewer))[0] is JobState.DUE
    await conclude(viewer, await claimed(viewer), now=NOW)
    assert (await state(viewer))[0] is JobState.DONE


async def test_a_worker_that_was_thought_dead_cannot_conclude_its_successors_claim(database: Database) -> None:
    viewer = await asked()
    slow = await claimed(viewer)
    quick = await claimed(viewer, LATER)
    for end in (conclude(viewer, slow, now=LATER), park(viewer, slow, "late", now=LATER)):
        await end
        assert (await state(viewer))[0] is JobState.RUNNING
    await conclude(viewer, quick, now=LATER)
    assert (await state(viewer))[0] is JobState.DONE


async def test_a_renewed_lease_keeps_the_job(database: Database) -> None:
    viewer = await asked()
    job = await claimed(viewer)
    await renew(viewer, job, now=LATER)
    assert await claim(viewer, now=LATER + timedelta(seconds=1)) is None


async def test_a_job_that_ends_every_worker_is_parked_and_can_be_resumed(database: Database) -> None:
    viewer = await asked()
    now = NOW
    for _ in range(MOST_FAULTS):
        await claimed(viewer, now)
        now += LEASE + timedelta(seconds=1)
    assert await claim(viewer, now=now) is None
    (job,) = await listed(viewer, JobState.PARKED)
    assert job.reason == f"Its worker ended {MOST_FAULTS} times while doing it."
    await resume(viewer, ResumeJob(job.id), now=now)
    assert await state(viewer) == (JobState.DUE, 0, 0)
    with pytest.raises(WrongState):
        await resume(viewer, ResumeJob(job.id), now=now)


async def test_waiting_for_weeks_uses_up_no_faults_and_eight_faults_in_a_row_park(database: Database) -> None:
    viewer = await asked()
    now = NOW
    for _ in range(20):
        await wait(viewer, await claimed(viewer, now), "the link is down", now=now)
        now += timedelta(minutes=6)
    assert await state(viewer) == (JobState.DUE, 20, 0)
    for _ in range(MOST_FAULTS):
        await postpone(viewer, await claimed(viewer, now), "a fault", now=now)
        now += timedelta(minutes=6)
    assert (await state(viewer))[0] is JobState.PARKED


def test_pauses_double_up_to_five_minutes() -> None:
    assert [back_off(n).total_seconds() for n in (1, 2, 3, 9, 10, 1000)] == [1, 2, 4, 256, 300, 300]
