"""Invoices to print: a distributor bills a reseller for two of its customers, in round figures."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from PIL import Image, ImageDraw

from bss.invoicing.document import (
    BillingPeriod,
    BillToCard,
    DocumentKind,
    DocumentLine,
    InvoiceDocument,
    IssuerCard,
)

# March 2026 in Oslo: it begins in winter time and ends in summer time.
MARCH_START = datetime(2026, 2, 28, 23, tzinfo=UTC)
MARCH_END = datetime(2026, 3, 31, 22, tzinfo=UTC)
TENTH_OF_MARCH = datetime(2026, 3, 9, 23, tzinfo=UTC)


def logo_png() -> str:
    """Three rising bars, as a PNG in base64."""
    image = Image.new("RGB", (420, 120), "white")
    draw = ImageDraw.Draw(image)
    for bar, height in enumerate((40, 70, 110)):
        draw.rounded_rectangle((bar * 44, 115 - height, bar * 44 + 32, 115), 6, fill="#0b5c7a")
    draw.rounded_rectangle((150, 70, 400, 84), 6, fill="#0b5c7a")
    draw.rounded_rectangle((150, 98, 330, 108), 5, fill="#8fb8c6")
    content = io.BytesIO()
    image.save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


ISSUER = IssuerCard(
    name="Nordlys Cloud Distribution AS",
    address=("Havnegata 12", "0150 Oslo", "Norway"),
    registration="Org. no. 987 654 325",
    tax_number="VAT NO 987 654 325 MVA",
    bank="IBAN NO93 8601 1117 947 · BIC DNBANOKK",
    colour="#0b5c7a",
    logo_png=None,
    terms="Payment within 30 days of the date of issue.\nUsage is metered by the hour and billed in arrears.",
    footer="Registered in the Norwegian Register of Business Enterprises · billing@nordlys.example",
)
BILL_TO = BillToCard(
    name="Fjord IT Partner AS",
    address=("Bryggen 5", "5003 Bergen", "Norway"),
    accounting_number="R-1042",
    email="invoices@fjord.example",
)


def line(position: int, account: str, subscription: str, description: str, **facts: str | None) -> DocumentLine:
    """A line over all of March, of which the facts are the quantity, unit, price and amount.

    The accounts and subscriptions of these invoices have names of their own, so that ids can be made of them.
    """
    known = {"quantity": "1", "unit": "month", "unit_price": facts.get("amount"), "amount": "0.00"} | facts
    return DocumentLine(
        position=position,
        account_id=f"id of {account}",
        account_name=account,
        subscription_id=f"id of {subscription} of {account}",
        subscription_name=subscription,
        description=description,
        service_start=MARCH_START,
        service_end=MARCH_END,
        line_id=f"line-{position}",
        **known,  # type: ignore[arg-type]
    )


LINES = (
    line(1, "Bakeri Sol AS", "Web shop", "Virtual datacentre, base fee", amount="120.00"),
    line(
        2,
        "Bakeri Sol AS",
        "Web shop",
        "vCPU, graduated",
        quantity="12480.5",
        unit="vCPU-hours",
        unit_price=None,
        amount="1174.44",
    ),
    replace(
        line(3, "Bakeri Sol AS", "Backup", "Agent", quantity="4", unit="agents", unit_price="5.50", amount="15.61"),
        service_start=TENTH_OF_MARCH,
    ),
    replace(
        line(4, "Rederiet Bris AS", "Fleet portal", "Set-up", unit="piece", amount="90.00"),
        service_start=TENTH_OF_MARCH,
        service_end=TENTH_OF_MARCH,
    ),
    line(
        5,
        "Rederiet Bris AS",
        "Fleet portal",
        "Memory",
        quantity="2976",
        unit="GB-hours",
        unit_price="0.0125",
        amount="37.20",
    ),
)


def invoice(lines: tuple[DocumentLine, ...] = LINES, issuer: IssuerCard = ISSUER) -> InvoiceDocument:
    """120.00 + 1174.44 + 15.61 = 1310.05 for the bakery, 90.00 + 37.20 = 127.20 for the shipowner: 1437.25."""
    return InvoiceDocument(
        number="NCD-2026-00017",
        kind=DocumentKind.INVOICE,
        issued_on=date(2026, 4, 1),
        due_on=date(2026, 5, 1),
        currency="EUR",
        billing_period=BillingPeriod(date(2026, 3, 1), date(2026, 4, 1), "Europe/Oslo"),
        issuer=issuer,
        bill_to=BILL_TO,
        lines=lines,
        total=format(sum(Decimal(line.amount) for line in lines), "f"),
        policy={"name": "default", "rounding": "half-up", "stages": ["line"]},
    )


def long_invoice(count: int) -> InvoiceDocument:
    """As many lines of 1.50 as asked, ten to a subscription and fifty to an account."""
    return invoice(
        tuple(
            line(
                position,
                f"Customer {(position - 1) // 50 + 1}",
                f"Machines {(position - 1) // 10 + 1}",
                f"Virtual machine number {position}",
                quantity="744",
                unit="hours",
                unit_price="0.0020161",
                amount="1.50",
            )
            for position in range(1, count + 1)
        )
    )
