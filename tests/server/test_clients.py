"""What an administrator does with API clients from the command line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients.keys import PUBLIC_KEY
from tests.installation import Server
from tests.invoicing.books import Books
from tests.server.in_process import Terminal, settings_of_a_new_database


@pytest_asyncio.fixture
async def books(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Cloud, in the database that the settings name."""
    monkeypatch.delenv("COLUMNS", raising=False)
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield await Books.opened()


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


async def test_a_client_lives_from_its_creation_to_its_end(books: Books, terminal: Terminal, tmp_path: Path) -> None:
    """It is made with a secret, gets another one and then keys, and is retired."""
    create = ("client", "create", "cloud", "ERP", "--role", "operations", "--scope", "usage:view")
    made = terminal.asked(*create)
    assert (made["method"], made["scopes"], made["secret"][:4]) == ("secret", ["usage:view"], "bcs_")
    rotated = terminal.asked("client", "rotate", "cloud", made["id"])
    assert rotated["secret"] not in (None, made["secret"])
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [PUBLIC_KEY]}), encoding="utf-8")
    keyed = terminal.asked("client", "keys", "cloud", made["id"], str(file))
    assert (keyed["method"], keyed["keyIds"]) == ("private_key_jwt", ["one"])
    another = (*create[:4], "--membership", made["membershipId"], "--scope", "usage:view", "--keys", str(file))
    assert terminal.asked(*another)["secret"] is None
    assert terminal.asked("client", "retire", "cloud", made["id"])["retiredAt"] is not None
    listed = terminal.asked("client", "list", "cloud")["rows"]
    assert [(row["id"] == made["id"], row["retiredAt"] is None) for row in listed] == [(True, False), (False, True)]
    assert all("secret" not in row for row in listed)


async def test_what_is_wrong_with_a_client_is_told_in_a_sentence(
    books: Books, terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    file.write_text("[]", encoding="utf-8")
    create = ("client", "create", "cloud", "ERP", "--scope", "usage:view")
    for arguments, code, sentence in (
        (create, 2, "Give --role or --membership, and not both."),
        ((*create, "--role", "operations", "--keys", str(file)), 2, "The file is no JWK set"),
        (("client", "create", "cloud", "ERP", "--role", "finance"), 2, "Missing option '--scope'."),
        ((*create, "--role", "operations", "--scope", "bill:run"), 1, "INVALID_INPUT: scopes: The role of this"),
        (("client", "retire", "cloud", "cli_" + "0" * 26), 1, "NOT_FOUND: clientId: There is no such client."),
    ):
        answer = terminal.bss(*arguments)
        assert (answer.code, answer.out) == (code, ""), arguments
        assert sentence in answer.err, arguments
