"""The invoice as it is frozen at issue: its values, its canonical bytes, its digest and its plain text.

Owns: what an issued invoice says, in which order a person reads it, and the one byte form that is stored and
compared. Does not own: how an invoice comes about, its numbering and its amounts (they arrive as decimal
strings and are only added up into subtotals), and its look on paper (`bss.invoicing.pdf`).
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

# The number is the next one of a series when the bill is issued; all else follows from what is billed.
OUTSIDE_THE_DIGEST = ("number",)

# A money policy as data. Fractions stand in it as decimal strings, so that no binary fraction gets in.
PolicyValue = str | int | bool | None | Sequence["PolicyValue"] | Mapping[str, "PolicyValue"]


class DocumentKind(StrEnum):
    """Which kind of document this is; the first words that its reader sees."""

    CREDIT_NOTE = "credit note"
    DRAFT = "draft"
    INVOICE = "invoice"
    PREVIEW = "preview"

    @property
    def issued(self) -> bool:
        """Whether it has a number: the seller owes, or is owed, what it comes to."""
        return self in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


@dataclass(frozen=True)
class BillingPeriod:
    """The invoice window `[start, end)` in whole days of the named time zone."""

    start: date
    end: date
    zone: str

    def __str__(self) -> str:
        return f"{self.start} – {self.end - timedelta(days=1)}"


@dataclass(frozen=True)
class IssuerCard:
    """Who sends the invoice, and in which dress: colour `#rrggbb`, logo as a PNG in base64, terms and legal text."""

    name: str
    address: tuple[str, ...]
    registration: str
    tax_number: str
    bank: str
    colour: str
    logo_png: str | None
    terms: str
    footer: str
    legal: str = ""

    def __post_init__(self) -> None:
        # The colour is printed into a style sheet, where nothing but a colour may stand.
        if re.fullmatch(r"#[0-9a-fA-F]{6}", self.colour) is None:
            raise ValueError(f"the colour {self.colour!r} is not of the form #rrggbb")


@dataclass(frozen=True)
class BillToCard:
    """Who is invoiced, and under which number the issuer's books know the account."""

    name: str
    address: tuple[str, ...]
    accounting_number: str
    email: str


@dataclass(frozen=True)
class DocumentLine:
    """One billed line. Amounts are decimal strings; `unit_price` is None where tiers make the amount.

    Accounts and subscriptions are told apart by their ids: several may have one name.

    `service_start` and `service_end` are aware instants and bound the half-open service period.
    """

    position: int
    account_id: str
    account_name: str
    subscription_id: str
    subscription_name: str
    description: str
    service_start: datetime
    service_end: datetime
    quantity: str
    unit: str
    unit_price: str | None
    amount: str
    line_id: str

    def __post_init__(self) -> None:
        if self.service_start.tzinfo is None or self.service_end.tzinfo is None:
            raise ValueError(f"line {self.position}: the service period needs aware instants")


@dataclass(frozen=True)
class InvoiceDocument:
    """An issued invoice, complete: everything that its text, its PDF and its checks need, and nothing to look up.

    A credit note is not due: `due_on` is None, also while it is a draft.
    """

    number: str
    kind: DocumentKind
    issued_on: date
    due_on: date | None
    currency: str
    billing_period: BillingPeriod
    issuer: IssuerCard
    bill_to: BillToCard
    lines: tuple[DocumentLine, ...]
    total: str
    policy: Mapping[str, PolicyValue]


@dataclass(frozen=True)
class AccountSection:
    """The lines of one account as they are read: pairs of a subscription's name and its lines, and the sum.

    Not a mapping: two subscriptions may have one name.
    """

    name: str
    subscriptions: tuple[tuple[str, tuple[DocumentLine, ...]], ...]
    subtotal: str


def sections(document: InvoiceDocument) -> tuple[AccountSection, ...]:
    """The lines by account and subscription, each group where its first line stands."""
    grouped: dict[str, dict[str, list[DocumentLine]]] = {}
    for line in document.lines:
        grouped.setdefault(line.account_id, {}).setdefault(line.subscription_id, []).append(line)
    return tuple(_section(tuple(map(tuple, account.values()))) for account in grouped.values())


def _section(groups: tuple[tuple[DocumentLine, ...], ...]) -> AccountSection:
    named = tuple((lines[0].subscription_name, lines) for lines in groups)
    return AccountSection(groups[0][0].account_name, named, _subtotal(line for lines in groups for line in lines))


def _subtotal(lines: Iterator[DocumentLine]) -> str:
    return format(sum((Decimal(line.amount) for line in lines), Decimal(0)), "f")


def service_period(line: DocumentLine, zone: str) -> str:
    """What the line pays for, as a reader in the zone says it: whole days by first and last day, else to the minute."""
    start, end = (instant.astimezone(ZoneInfo(zone)) for instant in (line.service_start, line.service_end))
    if start == end:
        return f"{start:%Y-%m-%d}"
    last_day = end.date() - timedelta(days=1) if end.time() == time.min else end.date()
    if start.time() == end.time() == time.min:
        return f"{start:%Y-%m-%d} – {last_day}"
    # The last day ends at 24:00; 00:00 of the next day would look like one day more.
    last_minute = "24:00" if end.time() == time.min else f"{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M} – {last_day} {last_minute}"


def title(document: InvoiceDocument, kind: str) -> str:
    """The kind, as it is written in this place, and the number of what is issued; all else has no number to tell."""
    return f"{kind} {document.number}" if document.kind.issued else kind


def canonical(document: InvoiceDocument) -> bytes:
    """The stored form: JSON in UTF-8 with sorted keys and no spaces; instants in UTC, amounts as decimal strings."""
    return _canonical(vars(document))


def digest(document: InvoiceDocument) -> str:
    """SHA-256 in hex of what is billed: the canonical form without the number."""
    billed = {name: value for name, value in vars(document).items() if name not in OUTSIDE_THE_DIGEST}
    return hashlib.sha256(_canonical(billed)).hexdigest()


def _canonical(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(fields, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value):
        return vars(value)
    raise TypeError(f"{value!r} has no canonical form")


def from_bytes(content: bytes) -> InvoiceDocument:
    """The document whose canonical form the bytes are; ValueError or KeyError when they are none."""
    fields: dict[str, Any] = json.loads(content, parse_float=_refuse_fraction)
    window, issuer, bill_to = fields["billing_period"], fields["issuer"], fields["bill_to"]
    dates = {name: fields[name] and date.fromisoformat(fields[name]) for name in ("issued_on", "due_on")}
    read = {
        "kind": DocumentKind(fields["kind"]),
        "billing_period": BillingPeriod(
            date.fromisoformat(window["start"]), date.fromisoformat(window["end"]), window["zone"]
        ),
        "issuer": IssuerCard(**issuer | {"address": tuple(issuer["address"])}),
        "bill_to": BillToCard(**bill_to | {"address": tuple(bill_to["address"])}),
        "lines": tuple(_line(line) for line in fields["lines"]),
    }
    return InvoiceDocument(**fields | dates | read)


def _line(fields: dict[str, Any]) -> DocumentLine:
    instants = {name: datetime.fromisoformat(fields[name]) for name in ("service_start", "service_end")}
    return DocumentLine(**fields | instants)


def _refuse_fraction(number: str) -> None:
    raise ValueError(f"{number} is a number with a fraction; amounts are decimal strings")


PAGE_COLUMNS = 100
HEADINGS = ("Pos", "Description", "Service period", "Quantity", "Unit", "Unit price", "Amount")
ALIGNMENT = ">", "<", "<", ">", "<", ">", ">"
DESCRIPTION, SERVICE = 1, 2
NARROWEST_DESCRIPTION = 20
SERVICE_COLUMNS = len("2026-03-01 – 2026-03-31")


def as_text(document: InvoiceDocument) -> str:
    """The invoice for a terminal of 100 columns: parties, lines by account and subscription, subtotals, total."""
    rows = [_cells(line, document.billing_period.zone) for line in document.lines]
    widths = _widths(rows)
    body = [*_head(document), "", *_row(HEADINGS, widths), "─" * PAGE_COLUMNS]
    for account in sections(document):
        body.append(account.name)
        for subscription, lines in account.subscriptions:
            body.append(f"  {subscription}")
            for line in lines:
                body += _row(_cells(line, document.billing_period.zone), widths)
        body += [_sum(f"Subtotal {account.name}", account.subtotal), ""]
    body += ["─" * PAGE_COLUMNS, _sum(f"Total {document.currency}", document.total)]
    return "\n".join(row.rstrip() for row in body) + "\n"


def _head(document: InvoiceDocument) -> list[str]:
    issuer, bill_to, period = document.issuer, document.bill_to, document.billing_period
    supplier = (issuer.name, *issuer.address, issuer.registration, issuer.tax_number)
    account = f"Account {bill_to.accounting_number}" if bill_to.accounting_number else ""
    buyer = tuple(line for line in (bill_to.name, *bill_to.address, account, bill_to.email) if line)
    return [
        title(document, document.kind.upper()),
        f"Issued {document.issued_on}{f', due {document.due_on}' if document.due_on else ''}",
        f"Billing period {period} ({period.zone})",
        "",
        f"{'From':<49} Bill to",
        *(f"{left:<49} {right}" for left, right in zip_longest(supplier, buyer, fillvalue="")),
    ]


def _cells(line: DocumentLine, zone: str) -> tuple[str, ...]:
    period = service_period(line, zone)
    price = "" if line.unit_price is None else line.unit_price
    return str(line.position), line.description, period, line.quantity, line.unit, price, line.amount


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Every column as wide as its widest cell, but for the period, which wraps, and the description, which fills."""
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    widths[SERVICE] = SERVICE_COLUMNS
    widths[DESCRIPTION] = 0
    rest = PAGE_COLUMNS - sum(widths) - (len(widths) - 1)
    widths[DESCRIPTION] = max(rest, NARROWEST_DESCRIPTION)
    return widths


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [textwrap.wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return [
        " ".join(f"{part:{side}{width}}" for part, side, width in zip(parts, ALIGNMENT, widths, strict=True))
        for parts in zip_longest(*wrapped, fillvalue="")
    ]


def _sum(label: str, amount: str) -> str:
    return f"{label}{amount:>{PAGE_COLUMNS - len(label)}}"
