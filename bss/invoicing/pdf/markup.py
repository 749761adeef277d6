"""From the document to the markup that the engine prints.

Owns: the rows of the table of lines, how numbers are written, and the sandboxed template. Does not own: the
engine. Whatever the document says is text: it is escaped, and it is never read as a template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from bss.invoicing.document import DocumentLine, InvoiceDocument, sections, service_period
from bss.invoicing.pdf import typeface

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


class RowKind(StrEnum):
    """What a row of the table of lines shows."""

    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"
    LINE = "line"
    SUBTOTAL = "subtotal"


HEADS = frozenset({RowKind.ACCOUNT, RowKind.SUBSCRIPTION})


@dataclass(frozen=True)
class Row:
    """One row of the table: its kind, its cells by name, and the account of which it tells."""

    kind: RowKind
    cells: Mapping[str, str]


def html(document: InvoiceDocument) -> str:
    """The complete page markup of the document, style sheet and logo included."""
    rows = tuple(_rows(document))
    return _environment().get_template("invoice.html").render(
        document=document,
        issuer=document.issuer,
        bill_to=document.bill_to,
        rows=tuple(zip(rows, keeps(rows), strict=True)),
        regular=typeface.REGULAR.name,
        semibold=typeface.SEMIBOLD.name,
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
        for subscription, lines in account.subscriptions.items():
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


def keeps(rows: Sequence[Row]) -> tuple[int, ...]:
    """For each row, how many rows from it on stay on one page; 0 where an earlier row holds it already.

    A heading stays with what it heads and a subtotal with its last line. The engine has no property for that
    in tables, but it never divides a cell that spans rows: the template draws an empty one over each group.
    """
    counts: list[int] = []
    held_by = 0
    for index, row in enumerate(rows):
        if index and (rows[index - 1].kind in HEADS or row.kind is RowKind.SUBTOTAL):
            counts[held_by] += 1
            counts.append(0)
        else:
            held_by = index
            counts.append(1)
    return tuple(counts)
