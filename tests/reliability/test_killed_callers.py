"""A process of the API or an import is killed at every fail point that it passes; its caller repeats the call."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.meter import MeterKind
from bss.clock import SystemClock
from tests.reliability.children import BSS, Children
from tests.reliability.fail_points import OF_THE_API, OF_THE_IMPORT
from tests.reliability.month import Mutation, called, measured, order
from tests.reliability.oracles import timelines_in, usage_in, wrong_in_the_books
from tests.reliability.place import Place
from tests.reliability.prepared import Prepared


async def keys_known(place: Place, mutation: Mutation) -> int:
    (row,) = await place.rows("SELECT count(*) FROM idempotency WHERE key = $1", mutation.key)
    return int(row["count"])


@pytest.mark.parametrize("point", OF_THE_API)
async def test_a_call_that_is_killed_and_repeated_has_one_effect(
    prepared: Prepared, children: Children, point: str
) -> None:
    order_of_x = order(prepared.channel, "X", "seats", "5", 1)
    ten_days = measured(prepared.channel, prepared.mirror_of_z, 1, 10)
    killed = ten_days if point == "usage.after_stage" else order_of_x
    async with prepared.opened.copied() as place:
        assert await children.call(place, killed, BSS_FAILPOINT=point) == -signal.SIGKILL
        assert await keys_known(place, killed) == (1 if point == "command.after_commit" else 0)
        async with place.database() as database:
            for mutation in (order_of_x, ten_days, killed):
                await called(database, mutation)
        await children.settle(place)
        assert await wrong_in_the_books(place) == []
        for mirrored in (True, False):
            expected = {"X Office seats": "5 from 1", "Z Virtual machine": "1 from 1"}
            assert await timelines_in(place, mirrored=mirrored) == expected
            assert await usage_in(place, mirrored=mirrored) == (4 * 24 * 10, 24 * 10)


def samples(folder: Path) -> Path:
    """A day of Z's machine with four vCPUs, in samples of an hour."""
    rows = (f"Z Virtual machine,2025-04-01T{hour:02}:00:00Z,3600000,4,1000" for hour in range(24))
    file = folder / "samples.csv"
    file.write_text("\n".join(("vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz", *rows)), encoding="utf-8")
    return file


@pytest.mark.parametrize("point", OF_THE_IMPORT)
async def test_an_import_that_is_killed_and_repeated_counts_every_hour_once(
    prepared: Prepared, children: Children, tmp_path: Path, point: str
) -> None:
    command = *BSS, "usage", "import", "cloud", str(samples(tmp_path)), "--source", "samples"
    async with prepared.opened.copied() as place:
        async with place.database():
            for code in ("vm_hours", "ghz_hours"):
                meter = CreateMeter(code, code, "hour", MeterKind.TIME_WEIGHTED)
                await create_meter(prepared.channel.cloud.owner, meter, now=SystemClock().now())
        killed = await children.start(place, *command, BSS_FAILPOINT=point)
        assert await killed.exit_code() == -signal.SIGKILL, killed.last_words()
        assert await usage_in(place, mirrored=True) == ((96, 24) if point == "usage.after_commit" else (0, 0))
        repeated = await children.start(place, *command)
        assert await repeated.exit_code() == 0, repeated.last_words()
        await children.settle(place)
        assert await wrong_in_the_books(place) == []
        assert [await usage_in(place, mirrored=mirrored) for mirrored in (True, False)] == [(96, 24), (96, 24)]
