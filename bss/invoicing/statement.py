"""A statement of account: what a Bill-To was invoiced in some days, with the balance that runs through them.

Owns: the statement and its plain text. Does not own: payments, which are not booked yet, so that a balance is the sum
of what was invoiced; an entry may have a negative amount once there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from asyncpg import Record

from bss.invoicing.assemble import amount_text
from bss.money import Money, minor_digits
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.transaction.begin import reading
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

MOST_ENTRIES = 2_000
PAGE_COLUMNS = 100


@dataclass(frozen=True)
class Entry:
    """A document, and the balance after it."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date | None
    amount: Money
    balance: Money


@dataclass(frozen=True)
class Statement:
    """The documents of one currency that were issued on the days `[since, until)`, in their order."""

    account_name: str
    since: date
    until: date
    opening: Money
    entries: tuple[Entry, ...]
    closing: Money


_DOCUMENTS = """
SELECT id, number, issued_on, due_on, currency, total, issued_on >= $4 AS within FROM (
  SELECT id, number, issued_on, due_on, currency, total FROM invoice
  WHERE organisation_id = $1 AND (path >= $2 AND path < $2 || '~' OR seller_path >= $2 AND seller_path < $2 || '~')
    AND bill_to_account_id = $3 AND issued_on >= $4 AND issued_on < $5
  UNION ALL
  SELECT NULL, '', NULL, NULL, currency, sum(total) FROM invoice
  WHERE organisation_id = $1 AND (path >= $2 AND path < $2 || '~' OR seller_path >= $2 AND seller_path < $2 || '~')
    AND bill_to_account_id = $3 AND issued_on < $4 GROUP BY currency) AS document
ORDER BY currency, issued_on NULLS FIRST, number LIMIT $6
"""


@requires(Permission.INVOICE_VIEW)
async def statements(viewer: Viewer, account_id: UUID, since: date, until: date) -> tuple[Statement, ...]:
    """The account's statements, one for each currency in which it was invoiced before `until`.

    Raises `NotFound` for an account outside the viewer's scope, `InvalidInput` for no days or too many documents.
    """
    if until <= since:
        raise InvalidInput.at("until", "A statement ends after the day on which it begins.")
    async with reading(viewer) as tx:
        name: str | None = await tx.connection.fetchval(
            f"SELECT name FROM account WHERE {IN_SCOPE} AND id = $3", viewer.organisation_id, viewer.path, account_id
        )
        if name is None:
            raise NotFound("account", ("accountId",))
        arguments = (viewer.organisation_id, viewer.path, account_id, since, until, MOST_ENTRIES + 1)
        rows = await tx.connection.fetch(_DOCUMENTS, *arguments)
    if len(rows) > MOST_ENTRIES:
        raise InvalidInput.at("until", f"A statement has at most {MOST_ENTRIES} documents; ask for fewer days.")
    currencies = dict.fromkeys(row["currency"] for row in rows)
    return tuple(
        _statement(name, since, until, currency, [row for row in rows if row["currency"] == currency])
        for currency in currencies
    )


def _statement(name: str, since: date, until: date, currency: str, rows: Iterable[Record]) -> Statement:
    digits = minor_digits(currency)
    amounts = [(row, Money(Decimal(amount_text(row["total"], digits)), currency)) for row in rows]
    opening = sum((amount for row, amount in amounts if row["id"] is None), Money.zero(currency))
    issued = [(row, amount) for row, amount in amounts if row["id"] is not None]
    _, *balances = accumulate((amount for _, amount in issued), initial=opening)
    entries = tuple(
        Entry(row["id"], row["number"], row["issued_on"], row["due_on"], amount, balance)
        for (row, amount), balance in zip(issued, balances, strict=True)
    )
    return Statement(name, since, until, opening, entries, entries[-1].balance if entries else opening)


def as_text(statement: Statement) -> str:
    """The statement for a terminal of 100 columns."""
    rule = "─" * PAGE_COLUMNS
    last_day = date.fromordinal(statement.until.toordinal() - 1)
    rows = [
        f"STATEMENT OF ACCOUNT {statement.account_name}",
        f"{statement.since} – {last_day}, {statement.opening.currency}",
        "",
        _row("Issued", "Due", "Document", "Amount", "Balance"),
        rule,
        _row("", "", "Brought forward", "", f"{statement.opening.amount:f}"),
        *(
            _row(
                f"{one.issued_on}",
                f"{one.due_on or ''}",
                one.number,
                f"{one.amount.amount:f}",
                f"{one.balance.amount:f}",
            )
            for one in statement.entries
        ),
        rule,
        _row("", "", "Balance", "", f"{statement.closing.amount:f}"),
    ]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _row(issued: str, due: str, text: str, amount: str, balance: str) -> str:
    return f"{issued:<12}{due:<12}{text:<36}{amount:>20}{balance:>20}"
