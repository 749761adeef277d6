"""`bss audit`: what was done, and whether the record of it is whole."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bss.identifier import Kind, public
from tests.audit.books import Books
from tests.installation import Server
from tests.server.in_process import Terminal, settings_of_a_new_database


@pytest_asyncio.fixture
async def books(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Cloud's books in the installation that the settings name."""
    monkeypatch.delenv("COLUMNS", raising=False)
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield await Books.opened(server, settings["DATABASE_URL"].partition("?")[0].rpartition("/")[2])


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


async def test_what_was_done_is_listed(books: Books, terminal: Terminal) -> None:
    lite = await books.account("Lite")
    await books.sealed("A")
    rows = terminal.asked("audit", "list", "cloud")["rows"]
    assert [row["position"] for row in rows] == [1, 2, 3]
    assert rows[1]["objectId"] == public(Kind.ACCOUNT, lite)
    assert rows[0]["objectId"] == public(Kind.ORGANISATION, books.viewer.organisation_id)
    assert terminal.asked("audit", "list", "cloud", "--operation", "createAccount")["rows"] == rows[1:]
    assert terminal.asked("audit", "list", "cloud", "--actor", rows[0]["actorId"])["rows"] == rows
    assert terminal.asked("audit", "list", "cloud", "--actor", "per_" + "0" * 26)["rows"] == []
    assert terminal.asked("audit", "list", "cloud", "--since", "2026-01-01", "--until", "2026-01-02")["rows"] == rows
    assert terminal.bss("audit", "list", "cloud", "--since", "2026-01-02").out == "Nothing was done.\n"
    first = terminal.bss("audit", "list", "cloud", "--first", "1")
    assert first.err == f"There are more: --after {rows[0]['id']}\n"
    assert terminal.asked("audit", "list", "cloud", "--after", rows[0]["id"])["rows"] == rows[1:]
    assert "createAccount" in terminal.bss("audit", "list", "cloud").out


async def test_a_whole_chain_is_said_to_hold(books: Books, terminal: Terminal) -> None:
    chain = await books.sealed("A", "B")
    (row,) = terminal.asked("audit", "verify", "cloud")["rows"]
    assert (row["good"], row["position"], row["link"], row["waiting"]) == (True, 3, chain[-1].link, 0)
    assert "the chain holds up to here" in terminal.bss("audit", "verify", "cloud").out


async def test_the_first_bad_position_is_named_and_the_exit_code_is_1(books: Books, terminal: Terminal) -> None:
    chain = await books.sealed("A", "B", "C")
    await books.tampered("UPDATE audit SET actor_name = 'Eve' WHERE position >= 3")
    said = terminal.bss("audit", "verify", "cloud")
    assert said.code == 1
    assert "no    3         its entry is not the one that was sealed there" in said.out
    assert public(Kind.AUDIT_ENTRY, chain[2].id) in said.out
    assert terminal.bss("doctor").code == 1


async def test_what_has_waited_too_long_is_named(books: Books, terminal: Terminal) -> None:
    """The books were opened in January."""
    said = terminal.bss("audit", "verify", "cloud", "--json")
    assert said.code == 1
    assert '"position": 1' in said.out
    assert "has waited to be sealed there since 2026-01-01 00:00Z" in said.out
