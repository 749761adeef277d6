"""Rating knows nothing of what is made of its lines: no run, no invoice; of stored lines, those that stand charged."""

from __future__ import annotations

import re
from pathlib import Path

BSS = Path(__file__).parents[2] / "bss"
STANDING_CHARGES = ("history.py", "billable_line")
_TABLE = re.compile(r'^\s+table = "(\w+)"$', re.MULTILINE)
_NAMED_IN_SQL = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|LIKE)\s+(\w+)")


def test_rating_reads_no_table_of_invoicing_but_the_lines_that_stand_charged() -> None:
    invoicing = set(_TABLE.findall((BSS / "invoicing" / "models.py").read_text(encoding="utf-8")))
    assert {"bill_run", "billable_line", "invoice"} <= invoicing
    named = [
        (path.name, table)
        for path in sorted((BSS / "rating").glob("*.py"))
        for table in _NAMED_IN_SQL.findall(path.read_text(encoding="utf-8"))
        if table in invoicing
    ]
    assert named == [STANDING_CHARGES]


def test_rating_writes_nothing() -> None:
    writing = re.compile(r"\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM|COPY|copy_records_to_table)\b")
    found = [path.name for path in sorted((BSS / "rating").glob("*.py")) if writing.search(path.read_text("utf-8"))]
    assert found == []
