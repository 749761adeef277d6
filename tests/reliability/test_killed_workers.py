"""A worker is killed at every fail point that it passes; another one does the rest, and nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.reliability.children import Children
from tests.reliability.fail_points import of_the_worker
from tests.reliability.oracles import wrong_in_the_close, wrong_in_the_month
from tests.reliability.prepared import Prepared

LATER = {
    "bill_run.after_invoices": 2,
    "invoice_render.after_pdf": 5,
    "outbox.before_commit": 2,
    "sync.before_conclude_commit": 2,
    "sync.receive_after_commit": 4,
    "work.before_conclude": 3,
}
"""Points at which the worker is killed at a later hit too; the first two are the last hit that there is."""


async def kill(prepared: Prepared, children: Children, point: str, hit: int) -> list[str]:
    """Kill at the hit in the part of the month that has it first; returns what is wrong in the end."""
    start, wrong_after = prepared.lived, wrong_in_the_month
    if prepared.hits[0][point] < hit:
        start, wrong_after = prepared.closing, wrong_in_the_close
    async with start.copied() as place:
        await children.survive(place, f"{point}:{hit}")
        return await wrong_after(place)


@pytest.mark.parametrize("point", of_the_worker())
async def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    prepared: Prepared, children: Children, point: str
) -> None:
    assert await kill(prepared, children, point, 1) == []


@pytest.mark.parametrize(("point", "hit"), LATER.items())
async def test_a_worker_that_is_killed_later_loses_and_doubles_nothing(
    prepared: Prepared, children: Children, point: str, hit: int
) -> None:
    assert await kill(prepared, children, point, hit) == []
