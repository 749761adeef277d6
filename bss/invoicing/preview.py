"""A preview: what an issuer's documents look like, with settings that are stored or only wished for.

Owns: the sample document. Does not own: the settings (`bss.agreements.issuer`), or printing
(`bss.invoicing.renderer`). No number is taken and nothing is stored.
"""

from __future__ import annotations

from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from bss.agreements.issuer import Issuer, IssuerSettings, settled
from bss.agreements.logo import printable_logo
from bss.agreements.queries import issuers, logos
from bss.invoicing.bill import issuer_card
from bss.invoicing.document import BillingPeriod, BillToCard, DocumentKind, DocumentLine, InvoiceDocument
from bss.period import Period, billing_period
from bss.permission import Permission
from bss.policy import policy_named
from bss.refusal import NotFound
from bss.viewer import Viewer, requires

NUMBER = "PREVIEW"
_BILL_TO = BillToCard(
    "Sample customer", ("Sample street 1", "1000 AA Sample town"), "C-1001", "billing@customer.example"
)
_LINES = (
    ("Office", "Seat", "5", "seat", "12.50", "62.50"),
    ("Office", "Set-up", "1", "piece", "90.00", "90.00"),
    ("Web shop", "vCPU", "1488", "vCPU-hour", "0.0125", "18.60"),
)


@requires(Permission.ISSUER_MANAGE)
async def preview(viewer: Viewer, issuer_id: UUID, settings: IssuerSettings, *, now: datetime) -> InvoiceDocument:
    """A sample of the issuer's documents: of the month before `now`, with the settings laid over the stored ones.

    Raises `NotFound` for an issuer outside the viewer's scope, `InvalidInput` for settings that cannot be stored.
    """
    found = (await issuers(viewer, (issuer_id,))).get(issuer_id)
    if found is None:
        raise NotFound("issuer", ("issuerId",))
    issuer = settled(found, settings)
    return _sample(issuer, await _logo(viewer, issuer_id, settings), _month_before(now))


async def _logo(viewer: Viewer, issuer_id: UUID, settings: IssuerSettings) -> str | None:
    if settings.logo is None:
        stored = (await logos(viewer, (issuer_id,))).get(issuer_id)
        return None if stored is None else stored.base64
    if not settings.logo:
        return None
    return (await to_thread(printable_logo, issuer_id, settings.logo)).base64


def _month_before(now: datetime) -> Period:
    this_month = billing_period(now, day=1, zone="UTC")
    return billing_period(this_month.start - timedelta(days=1), day=1, zone="UTC")


def _sample(issuer: Issuer, logo: str | None, month: Period) -> InvoiceDocument:
    """5 seats at 12.50 are 62.50, with a set-up of 90.00 and 1,488 hours at 0.0125, which are 18.60: 171.10."""
    issued_on = month.end.astimezone(UTC).date()
    return InvoiceDocument(
        number=NUMBER,
        kind=DocumentKind.PREVIEW,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=issuer.due_days),
        currency="EUR",
        billing_period=BillingPeriod(month.start.date(), issued_on, "UTC"),
        issuer=issuer_card(issuer.card, logo),
        bill_to=_BILL_TO,
        lines=tuple(_line(position, month, *cells) for position, cells in enumerate(_LINES, 1)),
        total=format(sum((Decimal(cells[-1]) for cells in _LINES), Decimal(0)), "f"),
        policy=dict(policy_named("standard").to_data()),
    )


def _line(
    position: int, month: Period, subscription: str, description: str, quantity: str, unit: str, price: str, amount: str
) -> DocumentLine:
    return DocumentLine(
        position=position,
        account_id="sample",
        account_name=_BILL_TO.name,
        subscription_id=subscription,
        subscription_name=subscription,
        description=description,
        service_start=month.start,
        service_end=month.end,
        quantity=quantity,
        unit=unit,
        unit_price=price,
        amount=amount,
        line_id=f"sample {position}",
    )
