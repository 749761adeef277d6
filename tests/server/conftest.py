"""Where the commands of these tests are typed, and the organisation that they are about."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bss.organisations.account import AccountKind
from tests.installation import Server
from tests.invoicing.books import OPENED, Books, Price, per_unit
from tests.server.in_process import Terminal, settings_of_a_new_database


@pytest_asyncio.fixture
async def books(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Cloud with the lite reseller Lite, and X, which has two seats at 12.50 since December; the settings name it."""
    monkeypatch.delenv("COLUMNS", raising=False)
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        cloud = await Books.opened()
        await cloud.account("Lite", kind=AccountKind.LITE_RESELLER)
        await cloud.account("X")
        await cloud.offering()
        await cloud.publish("retail", Price("seat", per_unit("12.50")))
        await cloud.edge("Cloud", "X", "retail")
        await cloud.subscription("X", "2", OPENED)
        yield cloud


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)
