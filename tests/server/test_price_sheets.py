"""`bss price-list export` and `import`: a list goes out as CSV, is corrected, and comes back, however long it is."""

from __future__ import annotations

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from bss.catalogue.price_sheet import COLUMNS
from bss.identifier import Kind, public
from server.http.graphql import LARGEST_BODY
from tests.installation import Server
from tests.invoicing.books import OPENED, Books, Price, per_unit
from tests.rows_by_table import database_of, rows_by_table
from tests.server.in_process import Terminal

JANUARY = ("--valid-from", "2026-01-01")
CHARGES = 22_000
"""Of one offering, so that its sheet is larger than a request over HTTP may be."""


def retail(books: Books) -> str:
    return public(Kind.PRICE_LIST, books.lists["retail"])


def exported(terminal: Terminal, books: Books, file: Path, *options: str) -> str:
    said = terminal.bss("price-list", "export", "cloud", retail(books), "--output", str(file), *options)
    assert (said.code, said.out, said.err) == (0, "", "")
    return file.read_bytes().decode()


async def test_a_seat_gets_dearer_in_january_after_a_dry_run(books: Books, terminal: Terminal, tmp_path: Path) -> None:
    """12.50 becomes 13.00 for the one subscription of X, and a set-up fee of 5.00 is new."""
    file = tmp_path / "retail.csv"
    sheet = exported(terminal, books, file)
    assert sheet.splitlines()[0].split(",") == list(COLUMNS)
    row = sheet.splitlines()[1]
    file.write_text(f"{sheet.replace('12.50', '13.00')}{row.replace('seat,recurring', 'setup,one_time')}\n")
    brought = ("price-list", "import", "cloud", retail(books), str(file), *JANUARY)
    tried = terminal.bss(*brought, "--dry-run", "--json")
    assert (tried.data["versionId"], tried.data["version"]) == (None, None)
    assert tried.err == "This was a dry run: nothing is changed.\n"
    assert terminal.asked("price-list", "list", "cloud")["rows"][0]["version"] == 1
    done = terminal.asked(*brought)
    assert {**done, "version": None, "versionId": None} == tried.data
    assert (done["version"], done["added"], done["changed"], done["removed"]) == (2, 1, 1, 0)
    assert (done["affectedSubscriptions"], len(done["firstAffected"])) == (1, 1)
    assert [(one["offering"], one["charge"]) for one in done["changes"]] == [("seat", "seat"), ("seat", "setup")]
    seat, setup = done["changes"]
    assert (seat["before"]["model"]["unit"], seat["after"]["model"]["unit"], setup["before"]) == (
        "12.50",
        "13.00",
        None,
    )
    assert exported(terminal, books, file, "--version", "1") == sheet
    assert "13.00" in exported(terminal, books, file, "--version", "2")


async def test_the_receipt_is_a_table_and_the_sheet_goes_through_a_pipe(
    books: Books, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = terminal.bss("price-list", "export", "cloud", retail(books))
    assert (printed.code, printed.err, ",12.50," in printed.out) == (0, "", True)
    piped = TextIOWrapper(BytesIO(printed.out.replace("12.50", "13.00").encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    said = terminal.bss("price-list", "import", "cloud", retail(books), "-", *JANUARY)
    shown = [" ".join(line.split()) for line in said.out.splitlines()]
    assert (said.code, shown[0], shown[3:5]) == (0, "Version 2", ["Changed 1", "Removed 0"])
    assert shown[-2] == "Offering Charge Before After"
    assert "unit 12.50" in shown[-1]
    assert "unit 13.00" in shown[-1]


async def test_everything_that_is_wrong_is_told_by_line_and_column_and_nothing_is_written(
    server: Server, books: Books, terminal: Terminal, tmp_path: Path
) -> None:
    """Line 2 holds no number, line 3 an unknown offering, and line 4 the charge of line 2 again."""
    name = await database_of(books.viewer)
    before = await rows_by_table(server, name)
    file = tmp_path / "retail.csv"
    (header, row) = exported(terminal, books, file).splitlines()
    boat = row.replace("seat,", "boat,", 1).replace(row.split(",")[1], "")
    file.write_text("\n".join([header, row.replace("12.50", "dear"), boat, row]))
    brought = ("price-list", "import", "cloud", retail(books), str(file), *JANUARY)
    for options in ((), ("--json",), ("--dry-run",)):
        said = terminal.bss(*brought, *options)
        assert (said.code, said.out) == (1, "")
        assert said.err.splitlines() == [
            "INVALID_INPUT: csv.2.unit: Line 2, column unit: must be a string of digits, such as 0.05",
            "INVALID_INPUT: csv.3.offering: Line 3, column offering: There is no such offering.",
            "INVALID_INPUT: csv.4.charge: Line 4, column charge: Line 2 has this charge of this offering already.",
        ]
    file.write_bytes(f"{header}\n{row}\n".encode() + b"seat,\xff\n")
    assert terminal.bss(*brought).err == "INVALID_INPUT: csv.3: Line 3: This is not UTF-8.\n"
    assert await rows_by_table(server, name) == before


async def test_what_is_not_there_is_refused(books: Books, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "retail.csv"
    exported(terminal, books, file)
    nowhere, file_of = public(Kind.PRICE_LIST, books.root), str(file)
    for arguments, code, sentence in (
        (("export", "cloud", nowhere), 1, "NOT_FOUND: priceListId: There is no such price list."),
        (("export", "cloud", nowhere, "--version", "1"), 1, "NOT_FOUND: priceListId: There is no such price list."),
        (("export", "cloud", retail(books), "--version", "2"), 1, "NOT_FOUND: --version: There is no such version"),
        (("import", "cloud", nowhere, file_of, *JANUARY), 1, "NOT_FOUND: priceListId: There is no such price list."),
        (("import", "cloud", retail(books), file_of, "--valid-from", "2025-12-01"), 1, "INVALID_INPUT: validFrom: "),
        (("import", "cloud", retail(books), file_of), 2, "Missing option '--valid-from'."),
        (("import", "cloud", retail(books), f"{file_of}.gone", *JANUARY), 2, "No such file or directory"),
    ):
        said = terminal.bss("price-list", *arguments)
        assert (said.code, said.out, sentence in said.err) == (code, "", True), (arguments, said)


async def test_a_list_that_no_request_could_hold_goes_out_and_comes_back(
    books: Books, terminal: Terminal, tmp_path: Path
) -> None:
    """22,000 charges of a seat: a sheet of more than two megabytes, of which the last charge is corrected."""
    await books.publish(
        "retail",
        *(Price(f"charge-{number}", per_unit("12.50")) for number in range(CHARGES)),
        valid_from=OPENED.replace(day=2),
    )
    file = tmp_path / "retail.csv"
    sheet = exported(terminal, books, file)
    assert file.stat().st_size > LARGEST_BODY
    lines = sheet.splitlines()
    file.write_text("\n".join([*lines[:-1], lines[-1].replace("12.50", "13.00")]))
    brought = ("price-list", "import", "cloud", retail(books), str(file), *JANUARY)
    done = terminal.asked(*brought)
    assert (done["added"], done["changed"], done["removed"], len(done["changes"])) == (0, 1, 0, 1)
    again = terminal.asked(*brought[:-1], "2026-02-01", "--dry-run")
    assert (again["added"], again["changed"], again["removed"], again["changes"]) == (0, 0, 0, [])
