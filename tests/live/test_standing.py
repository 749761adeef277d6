"""Whether somebody still may follow is seen in time, whatever the questions about others do."""

from __future__ import annotations

import asyncio

import pytest

from bss.identifier import uuid7
from bss.viewer import Viewer
from schema.live import NobodyCanSay
from server.live.pace import Pace
from server.live.standing import Standing, Standings

PACE = Pace(recognise=0.2)
ANN = Viewer.system(uuid7(), "a.", "test")


async def nobody() -> Viewer | None:
    return None


async def away() -> Viewer | None:
    await asyncio.sleep(0.05)
    raise OSError("the store of sessions does not answer")


async def silent() -> Viewer | None:
    await asyncio.sleep(60)
    return ANN


@pytest.mark.parametrize("others", [away, silent])
async def test_who_has_lost_the_right_is_gone_though_nobody_answers_about_others(others: object) -> None:
    standings = Standings(PACE)
    for number in range(20):
        standings.hold(f"cookie {number}", ANN, others)  # type: ignore[arg-type]
    revoked = standings.hold("token", ANN, nobody)
    async with asyncio.timeout(5 * PACE.recognise):
        await revoked.over.wait()
    await standings.close()


async def test_what_nobody_has_confirmed_for_long_is_worth_nothing() -> None:
    standing = Standing(ANN, nobody, longest=0.05)
    assert standing.viewer == ANN
    await asyncio.sleep(0.06)  # and nobody asks
    with pytest.raises(NobodyCanSay):
        _ = standing.viewer
