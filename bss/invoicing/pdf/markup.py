"""From the document to the markup that the engine prints.

Owns: the rows of the table of lines, how numbers are written, and the sandboxed template. Does not own: the
engine. Whatever the document says is text: it is escaped, and it is never read as a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from bss.invoicing.document import DocumentLine, InvoiceDocument, sections, service_period, title
from bss.invoicing.pdf import typeface

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


class RowKind(StrEnum):
    """What a row of the table of lines shows."""

    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"
    LINE = "line"
    SUBTOTAL = "subtotal"


GROUPS_PER_TABLE = 20
HEADS = frozenset({RowKind.ACCOUNT, RowKind.SUBSCRIPTION})


@dataclass(frozen=True)
class Row:
    """One row of the table: its kind, and its cells by name."""

    kind: RowKind
    cells: Mapping[str, str]


def html(document: InvoiceDocument) -> str:
    """The complete page markup of the document, style sheet and logo included."""
    return (
        _environment()
        .get_template("invoice.html")
        .render(
            document=document,
            title=title(document, document.kind.capitalize()),
            issuer=document.issuer,
            bill_to=document.bill_to,
            tables=tables(_rows(document)),
            regular=typeface.REGULAR.name,
            semibold=typeface.SEMIBOLD.name,
        )
    )


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=PackageLoader("bss.invoicing.pdf", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_composed,
    )
    environment.filters["grouped"] = grouped
    return environment


def _composed(value: object) -> object:
    return typeface.composed(value) if type(value) is str else value


def grouped(number: str) -> str:
    """A decimal string with its whole part in groups of three, parted by a space that does not break."""
    whole, point, fraction = number.partition(".")
    return f"{int(whole):,}".replace(",", NO_BREAK_SPACE) + point + fraction


def _rows(document: InvoiceDocument) -> Iterator[Row]:
    for account in sections(document):
        yield Row(RowKind.ACCOUNT, {"name": account.name})
        for subscription, lines in account.subscriptions:
            yield Row(RowKind.SUBSCRIPTION, {"name": subscription})
            for line in lines:
                yield Row(RowKind.LINE, _cells(line, document.billing_period.zone))
        yield Row(RowKind.SUBTOTAL, {"name": account.name, "amount": grouped(account.subtotal)})


def _cells(line: DocumentLine, zone: str) -> Mapping[str, str]:
    return {
        "position": str(line.position),
        "description": line.description,
        "service_period": service_period(line, zone),
        "quantity": grouped(line.quantity),
        "unit": line.unit,
        "unit_price": "" if line.unit_price is None else grouped(line.unit_price),
        "amount": grouped(line.amount),
    }


def groups(rows: Iterable[Row]) -> tuple[tuple[Row, ...], ...]:
    """The rows in groups that stay on one page: a heading with what it heads, a subtotal with its last line."""
    found: list[list[Row]] = []
    for row in rows:
        if found and (found[-1][-1].kind in HEADS or row.kind is RowKind.SUBTOTAL):
            found[-1].append(row)
        else:
            found.append([row])
    return tuple(map(tuple, found))


def tables(rows: Iterable[Row]) -> tuple[tuple[tuple[Row, ...], ...], ...]:
    """The groups in tables of a few; the last group has its own, so that the total never stands alone on a page.

    The engine measures the whole rest of a table anew at each page: one table of all rows takes quadratic time.
    """
    *before, last = groups(rows) or ((),)
    pieces = range(0, len(before), GROUPS_PER_TABLE)
    return (*(tuple(before[start : start + GROUPS_PER_TABLE]) for start in pieces), (last,))
