"""`bss usage import` of a file with bad lines: all of them on standard error by line and column, and no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from bss.identifier import Kind, public
from bss.metering.append import append
from bss.metering.reading import Reading
from tests.installation import Server
from tests.metering.books import NOW, Books, open_books
from tests.rows_by_table import database_of, rows_by_table
from tests.server.in_process import Terminal, settings_of_a_new_database

HEADER = "vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz"


@pytest_asyncio.fixture
async def books(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Cloud with one subscription, in the database that the settings name."""
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield await open_books("cloud", subscriptions=1)


async def test_three_bad_lines_are_told_by_the_command_and_nothing_is_written(
    server: Server, books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line 2 has half a number, line 3 an unknown machine, and line 4 was recorded with 4 vCPUs before."""
    machine = public(Kind.SUBSCRIPTION, books.subscriptions[0])
    event_id = f"{machine}:{NOW:%Y-%m-%dT%H:%M:%SZ}:vcpu_hours"
    start = NOW - timedelta(minutes=5)
    known = Reading(event_id, books.subscriptions[0], "vcpu_hours", machine, start, NOW, Decimal(4))
    await append(books.viewer, "vcenter", [known], now=NOW)
    name = await database_of(books.viewer)
    before = await rows_by_table(server, name)
    file = tmp_path / "march.csv"
    file.write_text(
        f"{HEADER}\n{machine},2026-03-02T00:00:00Z,300000,4,1o\nvm-x,2026-03-02T00:00:00Z,300000,4,10\n"
        f"{machine},{NOW:%Y-%m-%dT%H:%M:%SZ},300000,8,10\n"
    )
    said = Terminal(capsys).bss("usage", "import", "cloud", str(file), "--source", "vcenter")
    assert (said.code, said.out) == (1, "")
    assert [line for line in said.err.splitlines() if line.startswith("INVALID_INPUT")] == [
        "INVALID_INPUT: lines.2.cpu_usage_mhz: Line 2: '1o' is not a decimal number.",
        "INVALID_INPUT: lines.3.vm_id: Line 3: No subscription is named 'vm-x'.",
        f"INVALID_INPUT: lines.4.vm_id:sampled_at: Line 4: '{event_id}' has another content already.",
    ]
    assert await rows_by_table(server, name) == before
    file.write_text(f"{HEADER}\n{machine},2026-03-02T00:00:00Z,300000,4,10\n")
    mended = Terminal(capsys).asked("usage", "import", "cloud", str(file), "--source", "vcenter")
    assert (mended["received"], mended["accepted"]) == (3, 3)
