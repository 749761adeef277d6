"""Readings of invoices, their lines, explanations and files, in the viewer's scope.

An invoice is visible through its Bill-To's account and through its seller's; a line through the buyer's of its edge.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record

from bss.catalogue.price_list import ChargeKind
from bss.invoicing.document import InvoiceDocument, from_bytes
from bss.invoicing.record_delivery import DeliveryState
from bss.permission import Permission
from bss.rating.line import LineKind
from bss.refusal import NotFound
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires


@dataclass(frozen=True)
class Invoice:
    """An issued invoice without its document; `digest` is of what is billed."""

    id: UUID
    issuer_id: UUID
    bill_to_account_id: UUID
    billing_start: datetime
    billing_end: datetime
    currency: str
    total: Decimal
    number: str
    issued_on: date
    due_on: date | None
    digest: str
    recorded_at: datetime


@dataclass(frozen=True)
class Line:
    """A billable line without its explanation; `invoice_id` may be of an invoice that is yet to be issued."""

    id: UUID
    edge_id: UUID
    subscription_id: UUID
    account_id: UUID
    offering_id: UUID
    charge: str
    charge_kind: ChargeKind
    description: str
    kind: LineKind
    service_start: datetime
    service_end: datetime
    billing_start: datetime
    billing_end: datetime
    quantity: Decimal
    unit: str
    amount: Decimal
    currency: str
    invoice_id: UUID | None


@dataclass(frozen=True)
class InvoiceFile:
    """A rendered file by the checksum of its content, which is read apart."""

    invoice_id: UUID
    media_type: str
    sha256: str


@dataclass(frozen=True)
class Delivery:
    """Where an invoice is to be sent, and what became of it."""

    invoice_id: UUID
    address: str
    state: DeliveryState


_INVOICE = ", ".join(Invoice.__dataclass_fields__)
_LINE = ", ".join(Line.__dataclass_fields__)
_EITHER = "organisation_id = $1 AND (path >= $2 AND path < $2 || '~' OR seller_path >= $2 AND seller_path < $2 || '~')"
_INVOICES = f"SELECT {_INVOICE} FROM invoice WHERE {_EITHER}"
_LINES = f"SELECT {_LINE} FROM billable_line WHERE {IN_SCOPE}"


async def one(viewer: Viewer, invoice_id: UUID, *, path: Iterable[str] = ()) -> Invoice:
    """The invoice. Raises `NotFound` with the input's `path`."""
    found = await many(viewer, (invoice_id,))
    if not found:
        raise NotFound("invoice", path)
    return found[invoice_id]


@requires(Permission.INVOICE_VIEW)
async def many(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, Invoice]:
    """The invoices among these that the viewer can see, by id."""
    rows = await _rows(viewer, f"{_INVOICES} AND id = ANY($3)", list(invoice_ids))
    return {row["id"]: _invoice_of(row) for row in rows}


@requires(Permission.INVOICE_VIEW)
async def page(viewer: Viewer, request: PageRequest, *, bill_to_account_id: UUID | None = None) -> Page[Invoice]:
    """The invoices in the viewer's scope, or those of one Bill-To; ordered by id."""
    select = f"{_INVOICES} AND ($3::uuid IS NULL OR bill_to_account_id = $3)"
    return await paged(viewer, select, (viewer.organisation_id, viewer.path, bill_to_account_id), request, _invoice_of)


async def document(viewer: Viewer, invoice_id: UUID) -> InvoiceDocument:
    """The document as it was frozen. Raises `NotFound`."""
    found = await documents(viewer, (invoice_id,))
    if not found:
        raise NotFound("invoice")
    return found[invoice_id]


@requires(Permission.INVOICE_VIEW)
async def documents(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, InvoiceDocument]:
    """The documents of the invoices among these that the viewer can see, by invoice id."""
    select = f"SELECT id, document FROM invoice WHERE {_EITHER} AND id = ANY($3)"
    rows = await _rows(viewer, select, list(invoice_ids))
    return {row["id"]: from_bytes(row["document"]) for row in rows}


@requires(Permission.INVOICE_VIEW)
async def lines(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, tuple[Line, ...]]:
    """The lines of these invoices that the viewer can see, by invoice id; in the order of service and charge."""
    select = f"{_LINES} AND invoice_id = ANY($3) ORDER BY subscription_id, service_start, charge, kind, id"
    found: dict[UUID, list[Line]] = {invoice_id: [] for invoice_id in invoice_ids}
    for row in await _rows(viewer, select, list(invoice_ids)):
        found[row["invoice_id"]].append(_line_of(row))
    return {invoice_id: tuple(some) for invoice_id, some in found.items()}


@requires(Permission.INVOICE_VIEW)
async def line_page(
    viewer: Viewer, request: PageRequest, *, invoice_id: UUID | None = None, subscription_id: UUID | None = None
) -> Page[Line]:
    """The lines in the viewer's scope, or those of an invoice or a subscription; ordered by id."""
    select = f"{_LINES} AND ($3::uuid IS NULL OR invoice_id = $3) AND ($4::uuid IS NULL OR subscription_id = $4)"
    arguments = (viewer.organisation_id, viewer.path, invoice_id, subscription_id)
    return await paged(viewer, select, arguments, request, _line_of)


@requires(Permission.INVOICE_VIEW)
async def lines_by_id(viewer: Viewer, line_ids: Collection[UUID]) -> dict[UUID, Line]:
    """The lines among these whose buyers are in the viewer's scope, by id."""
    rows = await _rows(viewer, f"{_LINES} AND id = ANY($3)", list(line_ids))
    return {row["id"]: _line_of(row) for row in rows}


@requires(Permission.INVOICE_VIEW)
async def explanations(viewer: Viewer, line_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Why these lines cost what they cost, by line id: see `bss.tariff.explain`."""
    select = f"SELECT id, explanation FROM billable_line WHERE {IN_SCOPE} AND id = ANY($3)"
    return {row["id"]: json.loads(row["explanation"]) for row in await _rows(viewer, select, list(line_ids))}


@requires(Permission.INVOICE_VIEW)
async def files(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, InvoiceFile]:
    """The rendered files of these invoices, by invoice id; absent while an invoice is not rendered."""
    select = f"SELECT invoice_id, media_type, sha256 FROM invoice_file WHERE {_EITHER} AND invoice_id = ANY($3)"
    rows = await _rows(viewer, select, list(invoice_ids))
    return {row["invoice_id"]: InvoiceFile(**dict(row)) for row in rows}


@requires(Permission.INVOICE_VIEW)
async def deliveries(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, Delivery]:
    """How these invoices are to be sent, by invoice id; absent where they are not."""
    select = f"SELECT invoice_id, address, state FROM delivery WHERE {_EITHER} AND invoice_id = ANY($3)"
    rows = await _rows(viewer, select, list(invoice_ids))
    return {row["invoice_id"]: Delivery(row["invoice_id"], row["address"], DeliveryState(row["state"])) for row in rows}


@requires(Permission.INVOICE_VIEW)
async def contents(viewer: Viewer, invoice_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The content of the rendered files of these invoices, by invoice id: tens of kilobytes each."""
    select = f"SELECT invoice_id, content FROM invoice_file WHERE {_EITHER} AND invoice_id = ANY($3)"
    return {row["invoice_id"]: row["content"] for row in await _rows(viewer, select, list(invoice_ids))}


async def _rows(viewer: Viewer, select: str, identifiers: list[UUID]) -> list[Record]:
    async with reading(viewer) as tx:
        return await tx.connection.fetch(select, viewer.organisation_id, viewer.path, identifiers)


_invoice_of = valued(Invoice)
_line_of = valued(Line, charge_kind=ChargeKind, kind=LineKind)
