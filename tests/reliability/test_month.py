"""The month when nothing goes wrong, and proof that it passes every fail point."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.reliability.children import Children
from tests.reliability.fail_points import OF_THE_API, OF_THE_IMPORT, named_in_the_code
from tests.reliability.month import called, closing
from tests.reliability.oracles import wrong_in_the_close, wrong_in_the_month
from tests.reliability.prepared import Prepared


async def test_an_undisturbed_month_ends_right(prepared: Prepared) -> None:
    assert await wrong_in_the_close(prepared.closed) == []


async def test_the_oracles_see_work_that_is_not_done(prepared: Prepared) -> None:
    assert await wrong_in_the_month(prepared.lived) != []
    assert await wrong_in_the_close(prepared.closing) != []


def test_the_month_passes_every_fail_point_of_the_code(prepared: Prepared) -> None:
    month, close = prepared.hits
    assert {*month, *close} == named_in_the_code() - {*OF_THE_API, *OF_THE_IMPORT}


async def test_two_workers_at_once_do_everything_once(prepared: Prepared, children: Children, tmp_path: Path) -> None:
    logs = tmp_path / "first.hits", tmp_path / "second.hits"
    async with prepared.lived.copied() as place:
        workers = [await children.worker(place, BSS_FAILPOINT_LOG=str(log)) for log in logs]
        for worker in workers:
            await worker.loaded()
        for worker in workers:
            worker.begin()
        await asyncio.gather(*(worker.settle() for worker in workers))
        async with place.database() as database:
            for mutation in closing(prepared.channel):
                await called(database, mutation)
        await asyncio.gather(*(worker.settle() for worker in workers))
        for worker in workers:
            await worker.stop()
        assert await wrong_in_the_close(place) == []
    assert ["work.after_claim" in log.read_text(encoding="utf-8") for log in logs] == [True, True]
