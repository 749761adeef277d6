"""What an administrator does from the command line: organisations, accounts, prices, bills and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest

from bss.identifier import Kind, public
from bss.jobs.claim import claim, park
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.transaction.begin import begin
from server.command_line.main import bss
from tests.installation import Server
from tests.invoicing.books import OPENED, Books, Price, per_unit
from tests.metering.books import open_books
from tests.server.in_process import Terminal, settings_of_a_new_database

DO_NOT_ANSWER_WITH_DATA = {"completion", "demo", "migrate", "price-list export", "serve", "usage export", "work"}
"""Processes, scripts, and the exports, whose data are CSV."""


def account(books: Books, name: str) -> str:
    return public(Kind.ACCOUNT, books.accounts[name])


def commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))
        else:
            yield " ".join((*above, name)), command


def test_every_command_that_answers_with_data_has_json() -> None:
    without = {name for name, each in commands(bss) if "as_json" not in {option.name for option in each.params}}
    assert without == DO_NOT_ANSWER_WITH_DATA


async def test_an_organisation_is_shown_and_its_modules_are_switched(books: Books, terminal: Terminal) -> None:
    assert [row["slug"] for row in terminal.asked("org", "list")["rows"]] == ["cloud"]
    shown = terminal.asked("org", "show", "cloud")
    assert (shown["name"], shown["currency"], shown["edition"]) == ("Cloud", "EUR", "premium")
    assert shown["rootAccountId"] == account(books, "Cloud")
    for how, expected in (
        (("--edition", "basic"), ["billing", "usage"]),
        (("--only", "usage", "--only", "channel"), ["channel", "usage"]),
        ((), ["channel", "usage"]),
    ):
        rows = terminal.asked("org", "modules", "cloud", *how)["rows"]
        assert [row["module"] for row in rows if row["on"]] == expected
    refused = terminal.bss("org", "modules", "cloud", "--edition", "basic", "--only", "usage")
    assert (refused.code, "not both" in refused.err) == (2, True)
    assert terminal.asked("org", "show", "cloud")["modules"] == ["channel", "usage"]


async def test_an_account_lives_from_its_creation_to_its_reopening(books: Books, terminal: Terminal) -> None:
    made = terminal.asked("account", "create", "cloud", "Y", "--accounting-number", "C-7", "--email", "y@y.example")
    assert (made["kind"], made["accountingNumber"], made["email"]) == ("customer", "C-7", "y@y.example")
    assert (made["parentId"], made["closedAt"]) == (account(books, "Cloud"), None)
    moved = terminal.asked("account", "move", "cloud", made["id"], "--to", account(books, "Lite"))
    assert moved["parentId"] == account(books, "Lite")
    below = terminal.asked("account", "list", "cloud", "--under", account(books, "Lite"))
    assert [row["name"] for row in below["rows"]] == ["Lite", "Y"]
    assert terminal.asked("account", "close", "cloud", made["id"])["closedAt"] is not None
    again = terminal.bss("account", "close", "cloud", made["id"])
    assert (again.code, again.out, again.err.partition(":")[0]) == (1, "", "ACCOUNT_CLOSED")
    assert terminal.asked("account", "reopen", "cloud", made["id"])["closedAt"] is None
    assert terminal.asked("account", "show", "cloud", made["id"])["name"] == "Y"


async def test_an_account_with_a_subscription_is_not_closed_and_each_reason_is_a_line(
    books: Books, terminal: Terminal
) -> None:
    refused = terminal.bss("account", "close", "cloud", account(books, "X"))
    assert (refused.code, refused.err.startswith("ACCOUNT_STILL_OPEN: accountId: the subscription Seats")) == (1, True)
    assert terminal.asked("account", "show", "cloud", account(books, "X"))["closedAt"] is None


async def test_a_list_says_that_there_is_more_and_how_to_go_on(books: Books, terminal: Terminal) -> None:
    """Three accounts, two at a time."""
    first = terminal.bss("account", "list", "cloud", "--first", "2", "--json")
    last = first.data["rows"][-1]["id"]
    assert ([row["name"] for row in first.data["rows"]], first.data["more"]) == (["Cloud", "Lite"], True)
    assert first.err == f"There are more: --after {last}\n"
    rest = terminal.bss("account", "list", "cloud", "--first", "2", "--after", last, "--json")
    assert ([row["name"] for row in rest.data["rows"]], rest.data["more"], rest.err) == (["X"], False, "")


async def test_a_table_fits_the_terminal_and_loses_no_letter(
    books: Books, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of 150 letters: on one line of a pipe, broken in a terminal of 80 columns."""
    long = "".join(f"{number:03}" for number in range(50))
    terminal.bss("account", "create", "cloud", long)
    piped = terminal.bss("account", "list", "cloud").out
    assert len(piped.splitlines()) == 5
    assert long in piped
    monkeypatch.setenv("COLUMNS", "80")
    lines = terminal.bss("account", "list", "cloud").out.splitlines()
    assert max(map(len, lines)) <= 80
    start, end = lines[0].index("Name"), lines[0].index("Kind")
    assert long in "".join(line[start:end].strip() for line in lines)
    assert account(books, "X") in "\n".join(lines)


async def test_what_a_terminal_would_obey_is_not_printed(books: Books, terminal: Terminal) -> None:
    async with begin(books.viewer) as tx:
        await enqueue(tx, JobKind.INVOICE_RENDER, "one", now=OPENED)
    job = await claim(books.viewer, now=OPENED)
    assert job is not None
    await park(books.viewer, job, "sent \x1b[31mred", now=OPENED)
    assert "sent �[31mred" in terminal.bss("job", "list", "cloud", "--state", "parked").out
    (row,) = terminal.asked("job", "list", "cloud", "--state", "parked")["rows"]
    assert row["reason"] == "sent \x1b[31mred"
    assert terminal.asked("job", "resume", "cloud", row["id"])["state"] == "due"
    again = terminal.bss("job", "resume", "cloud", row["id"])
    assert (again.code, again.err) == (1, "WRONG_STATE: jobId: The job is due, not parked.\n")


async def test_a_price_list_is_shown_with_the_version_in_force(books: Books, terminal: Terminal) -> None:
    """Version 1 from December at 12.50, version 2 from 2025-12-20 at 13.00."""
    await books.publish("retail", Price("seat", per_unit("13.00")), valid_from=OPENED + timedelta(days=19))
    (row,) = terminal.asked("price-list", "list", "cloud")["rows"]
    assert (row["code"], row["currency"], row["version"]) == ("retail", "EUR", 2)
    assert row["validFrom"] == "2025-12-20T00:00:00Z"
    show = ("price-list", "show", "cloud", row["id"])
    (price,) = terminal.asked(*show)["prices"]
    assert (price["offering"], price["model"]) == ("seat", {"model": "per_unit", "unit": "13.00"})
    earlier = terminal.asked(*show, "--at", "2025-12-19")
    assert (earlier["version"], earlier["prices"][0]["model"]["unit"]) == (1, "12.50")
    before = terminal.asked(*show, "--at", "2025-11-30")
    assert (before["version"], before["prices"]) == (None, [])
    assert "per_unit" in terminal.bss(*show).out


async def test_a_month_is_billed_once_and_its_invoice_is_listed(books: Books, terminal: Terminal) -> None:
    """Two seats at 12.50 in December."""
    run = ("bill", "run", "cloud", "--until", "2026-01-01")
    done = terminal.asked(*run)
    assert (done["state"], done["lines"], done["invoices"]) == ("done", 1, 1)
    assert (terminal.asked(*run)["invoices"], terminal.asked("doctor")["rows"][0]["good"]) == (0, True)
    (invoice,) = terminal.asked("bill", "list", "cloud")["rows"]
    assert (invoice["number"], invoice["billTo"], invoice["total"]) == ("CLOUD-000001", "X", "25.00")
    assert terminal.asked("bill", "list", "cloud", "--bill-to", account(books, "Lite"))["rows"] == []
    assert "CLOUD-000001" in terminal.bss("bill", "list", "cloud").out


async def test_the_days_of_grace_after_which_it_bills_by_itself(books: Books, terminal: Terminal) -> None:
    schedule = ("bill", "schedule", "cloud")
    assert terminal.asked(*schedule, "--grace-days", "5") == {"billingGraceDays": 5}
    assert terminal.asked(*schedule, "--off") == {"billingGraceDays": None}
    for wrong in ((), ("--off", "--grace-days", "1")):
        assert "Give either --grace-days or --off." in terminal.bss(*schedule, *wrong).err


async def test_a_file_of_usage_is_imported_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, terminal: Terminal, tmp_path: Path
) -> None:
    """One line of five minutes of one machine: a reading of each of the mapping's three meters."""
    file = tmp_path / "usage.csv"
    file.write_text("vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz\nVM,2026-03-01T00:05:00Z,300000,4,10\n")
    imported = ("usage", "import", "cloud", str(file), "--source", "test")
    async with settings_of_a_new_database(server) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        await open_books("cloud", subscriptions=1)
        first, again = terminal.asked(*imported), terminal.asked(*imported)
        assert (first["received"], first["accepted"], first["duplicate"]) == (3, 3, 0)
        assert (again["received"], again["accepted"], again["duplicate"]) == (3, 0, 3)
        assert "Accepted   0" in terminal.bss(*imported).out
        assert terminal.asked("sync", "status") == {"rows": [], "more": False}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("org", "modules", "cloud", "--only", "boats"), "'boats' is not one of"),
        (("account", "list", "cloud", "--first", "201"), "201 is not in the range 1<=x<=200."),
        (("account", "show", "cloud", "X"), "'X' is not an id of the form acc_…."),
        (("account", "create", "cloud", "Z", "--kind", "root"), "'root' is not one of"),
        (("account", "move", "cloud", "acc_" + "0" * 26), "Missing option '--to'."),
        (("price-list", "show", "cloud", "prl_" + "0" * 26, "--at", "noon"), "'noon' does not match the formats"),
        (("token", "create", "cloud", "T"), "Give --role or --membership, and not both."),
        (("token", "create", "cloud", "T", "--role", "owner", "--days", "0"), "0 is not in the range"),
        (
            ("token", "create", "x", "T", "--membership", f"mem_{'0' * 26}", "--account", f"acc_{'0' * 26}"),
            "with --role only",
        ),
        (("completion", "csh"), "'csh' is not one of 'bash', 'zsh', 'fish'."),
    ],
)
def test_a_bad_argument_is_told_before_anything_is_opened(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str
) -> None:
    """No database is named here: to open one would be another sentence."""
    answer = terminal.bss(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err


async def test_what_is_not_there_is_refused_and_nothing_is_changed(books: Books, terminal: Terminal) -> None:
    nobody, none = "acc_" + "0" * 26, "NOT_FOUND"
    for arguments, code in (
        (("account", "show", "cloud", nobody), none),
        (("account", "list", "cloud", "--under", nobody), none),
        (("account", "create", "cloud", "Z", "--parent", nobody), none),
        (("account", "create", "cloud", "Z", "--email", "nowhere"), "INVALID_INPUT"),
        (("account", "move", "cloud", account(books, "X"), "--to", nobody), none),
        (("bill", "list", "cloud", "--bill-to", nobody), none),
        (("bill", "run", "cloud", "--until", "2999-01-01"), "INVALID_INPUT"),
        (("price-list", "show", "cloud", "prl_" + "0" * 26), none),
        (("token", "create", "cloud", "T", "--role", "king"), "INVALID_INPUT"),
        (("token", "create", "cloud", "T", "--membership", "mem_" + "0" * 26), none),
        (("token", "revoke", "cloud", "tok_" + "0" * 26), none),
    ):
        answer = terminal.bss(*arguments)
        assert (answer.code, answer.out, answer.err.partition(":")[0]) == (1, "", code), arguments
    assert [row["name"] for row in terminal.asked("account", "list", "cloud")["rows"]] == ["Cloud", "Lite", "X"]
    assert terminal.bss("token", "list", "cloud").out == "No tokens.\n"


@pytest.mark.parametrize(("shell", "line"), [("bash", "complete -o"), ("zsh", "#compdef bss"), ("fish", "complete ")])
def test_a_shell_gets_its_completion_script(terminal: Terminal, shell: str, line: str) -> None:
    answer = terminal.bss("completion", shell)
    assert (answer.code, line in answer.out, "_BSS_COMPLETE" in answer.out) == (0, True, True)


def test_commands_and_options_are_completed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_BSS_COMPLETE", "bash_complete")
    for words, place, expected in (
        ("bss acc", "1", ["plain,account"]),
        ("bss account re", "2", ["plain,reopen"]),
        ("bss org modules cloud --edition b", "5", ["plain,basic"]),
    ):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", place)
        assert terminal.bss().out.splitlines() == expected
