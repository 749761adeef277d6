"""What the operator says from the command line about hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bss.identifier import Kind, public
from bss.organisations.account import AccountKind
from tests.installation import Server
from tests.invoicing.books import Books
from tests.server.in_process import Terminal, settings_of_a_new_database


@pytest_asyncio.fixture
async def books(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Cloud with the lite reseller Lite; the settings name it."""
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        cloud = await Books.opened()
        await cloud.account("Lite", kind=AccountKind.LITE_RESELLER)
        yield cloud


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def account(books: Books, name: str) -> str:
    return public(Kind.ACCOUNT, books.accounts[name])


async def test_the_operator_says_at_which_host_whose_people_come_in(books: Books, terminal: Terminal) -> None:
    assert terminal.asked("host", "add", "cloud", "cloud.example")["accountId"] == account(books, "Cloud")
    lite = account(books, "Lite")
    assert terminal.asked("host", "add", "cloud", "lite.example", "--account", lite)["accountId"] == lite
    taken = terminal.bss("host", "add", "cloud", "lite.example")
    assert (taken.code, taken.err) == (1, "CONFLICT: name: This host is taken.\n")
    assert terminal.asked("host", "remove", "cloud", "lite.example")["removed"]
    assert [row["name"] for row in terminal.asked("host", "list", "cloud")["rows"]] == ["cloud.example"]
