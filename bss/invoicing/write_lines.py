"""Step: write rated lines, as one set.

Owns: that a line is written once. Does not own: which lines there are (`bss.invoicing.rate_lines`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bss.invoicing.line import BillableLine
from bss.transaction.begin import Transaction

_COLUMNS = ", ".join(BillableLine._fields)


async def write_lines(tx: Transaction, lines: Sequence[BillableLine]) -> int:
    """Write the lines that are not there yet and do not overlap one that is; returns how many were written.

    COPY into a table with row-level security is not possible, so that it goes through a temporary one.
    """
    if not lines:
        return 0
    await tx.connection.execute("CREATE TEMP TABLE rated_line (LIKE billable_line) ON COMMIT DROP")
    await tx.connection.copy_records_to_table("rated_line", records=lines, columns=BillableLine._fields)
    status = await tx.connection.execute(
        f"INSERT INTO billable_line ({_COLUMNS}) SELECT {_COLUMNS} FROM rated_line ON CONFLICT DO NOTHING"
    )
    return int(status.rpartition(" ")[2])
