"""A real month of virtual machines, billed on two edges: the distributor's and the reseller's.

Owns: the channel around a file of samples, one subscription per machine, and the figures at the end. Does not
own: reading the file (`bss.metering.csv_file`), or any of the billing.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.canonical import instant
from bss.catalogue.create_meter import CreateMeter, create_meter
from bss.catalogue.meter import MeterKind
from bss.catalogue.new_price import NewPrice
from bss.catalogue.price_list import ChargeKind
from bss.clock import SetClock
from bss.identifier import uuid7
from bss.invoicing.bill_run import RequestBillRun, request_bill_run
from bss.invoicing.renderer import Renderer
from bss.metering.column_mapping import VM_SAMPLES
from bss.metering.csv_file import import_csv
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.period import Period, billing_period
from bss.subscriptions import queries as subscribed
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.transaction.database import Database
from bss.transaction.page import MOST_ROWS, PageRequest
from bss.viewer import Viewer
from server.demo.books import Books
from server.demo.closing import Issued, issued_to, keep
from server.demo.setting_up import ZONE, agree, issuer, offering, price_list
from sync.connect import JoinAsDistributor, JoinAsReseller, join_as_distributor, join_as_reseller

Say = Callable[[str], None]
METERS = {"vm_hours": "VM-hour", "vcpu_hours": "vCPU-hour", "ghz_hours": "GHz-hour"}
MACHINE = "vm"


@dataclass(frozen=True)
class Sheet:
    """What one edge charges: per vCPU-hour, the first hundred hours and then the rest; per GHz-hour."""

    first: str
    then: str
    ghz: str


WHOLESALE = Sheet("0.0120", "0.0095", "0.0031")
RETAIL = Sheet("0.0190", "0.0150", "0.0047")


@dataclass(frozen=True)
class Sides:
    """Both organisations and what the reseller sells to its customer."""

    cloud: Viewer
    resell: Viewer
    customer_id: UUID
    offering_id: UUID


@dataclass(frozen=True)
class RealMonth:
    """What was billed: the period, the subscriptions of the machines, and the invoices of both edges."""

    period: Period
    sides: Sides
    machines: dict[str, UUID]
    issued: tuple[Issued, ...]


def charges(sheet: Sheet, offering_id: UUID) -> tuple[NewPrice, ...]:
    """vCPU-hours by graduated tiers, GHz-hours per unit."""
    tiers = [{"up_to": "100", "unit": sheet.first}, {"up_to": None, "unit": sheet.then}]
    graduated, per_unit = {"model": "graduated", "tiers": tiers}, {"model": "per_unit", "unit": sheet.ghz}
    return (
        NewPrice(offering_id, "vcpu", ChargeKind.USAGE, "vCPU-hours", graduated, "vcpu_hours"),
        NewPrice(offering_id, "ghz", ChargeKind.USAGE, "GHz-hours", per_unit, "ghz_hours"),
    )


async def live_real_month(
    database: Database, renderer: Renderer, file: Path, output: Path | None, say: Say
) -> RealMonth:
    """Set up the channel, import the file at the distributor, let the hours flow down, and bill both edges."""
    machines, period = machines_in(file)
    start = period.start - timedelta(days=1)
    books = Books(database, database, SetClock(start), renderer)
    day = period.start.astimezone(ZoneInfo(ZONE)).day
    sides = await _sides(books, start, day)
    say(f"{len(machines)} machines, billed from {period.start:%Y-%m-%d %H:%M} to {period.end:%Y-%m-%d %H:%M} UTC.")
    for name in machines:
        request = CreateSubscription(
            sides.customer_id, sides.offering_id, Decimal(1), name, period.start, characteristics={MACHINE: name}
        )
        await create_subscription(sides.resell, request, now=start)
    await books.settle()
    mirrors = await machines_of(sides.cloud)
    say(f"{len(mirrors)} mirrored subscriptions at the distributor. Importing {file.name} …")
    books.clock.move_to(period.end + timedelta(hours=9))
    report = await import_csv(
        sides.cloud, file, VM_SAMPLES, mirrors, "hypervisor", now=books.clock.now(), progress=_progress
    )
    say(f"{report.received:,} readings, {report.accepted:,} new. The hours flow to the reseller …")
    await books.settle()
    for viewer in (sides.cloud, sides.resell):
        await request_bill_run(viewer, RequestBillRun(period.end), now=books.clock.now())
    await books.settle()
    issued = (*await issued_to(sides.cloud), *await issued_to(sides.resell))
    for each in issued:
        document = each.document
        say(
            f"{document.number}: {document.issuer.name} → {document.bill_to.name}, {len(document.lines)} lines, "
            f"{document.total} {document.currency}"
        )
    if output is not None:
        say(f"Invoices as PDF: {', '.join(str(path) for path in keep(issued, output))}")
    return RealMonth(period, sides, await machines_of(sides.resell), issued)


async def machines_of(viewer: Viewer) -> dict[str, UUID]:
    """The organisation's subscriptions by the machine that they are for."""
    found: dict[str, UUID] = {}
    after: UUID | None = None
    while True:
        page = await subscribed.page(viewer, PageRequest(first=MOST_ROWS, after=after))
        found |= {str(each.characteristics[MACHINE]): each.id for each in page.rows if MACHINE in each.characteristics}
        if not page.has_next:
            return found
        after = page.rows[-1].id


async def _sides(books: Books, now: datetime, day: int) -> Sides:
    key = uuid7()
    _, cloud_root, cloud = founder("cloud")
    opening = OpenOrganisation("Cloud", "cloud", ZONE, "EUR", "Dora", cloud_root)
    await open_organisation(cloud, opening, now=now)
    for code, unit in METERS.items():
        await create_meter(cloud, CreateMeter(code, unit, unit, MeterKind.TIME_WEIGHTED), now=now)
    supplied = await offering(cloud, cloud_root, "machine", "Virtual machine", "machine", now=now)
    account = CreateAccount(cloud_root, AccountKind.RESELLER, "Cloud Resell")
    reseller = (await create_account(cloud, account, now=now)).object_id
    sheet = await price_list(cloud, cloud_root, "Wholesale", charges(WHOLESALE, supplied), now)
    own = await issuer(cloud, cloud_root, "Cloud", "CLD-", "#0b4f6c", now)
    await agree(cloud, cloud_root, reseller, sheet, own, now, day)
    await join_as_distributor(cloud, JoinAsDistributor(key, "Cloud Resell", reseller), now=now)

    _, root, resell = founder("cloud-resell")
    await open_organisation(resell, OpenOrganisation("Cloud Resell", "cloud-resell", ZONE, "EUR", "Rik", root), now=now)
    link = (await join_as_reseller(resell, JoinAsReseller(key, "Cloud"), now=now)).object_id
    resold = await offering(resell, root, "machine", "Virtual machine", "machine", link, supplied, now=now)
    await books.settle()
    customer = await create_account(resell, CreateAccount(root, AccountKind.CUSTOMER, "Customer"), now=now)
    sheet = await price_list(resell, root, "Retail", charges(RETAIL, resold), now)
    own = await issuer(resell, root, "Cloud Resell", "RES-", "#7a1f5c", now)
    await agree(resell, root, customer.object_id, sheet, own, now, day)
    return Sides(cloud, resell, customer.object_id, resold)


def machines_in(file: Path) -> tuple[list[str], Period]:
    """The machines of the file, and the month that begins on the day of its first interval.

    Raises `ClickException` with the line number when a line cannot be read.
    """
    names: dict[str, None] = {}
    first: datetime | None = None
    for line, row in _numbered_rows(file):
        try:
            start = instant(row["sampled_at"]) - timedelta(milliseconds=int(row["duration_ms"]))
        except (KeyError, TypeError, ValueError) as unreadable:
            raise click.ClickException(
                f"{file}, line {line}: no sampled_at and duration_ms here ({unreadable})."
            ) from None
        if not row.get("vm_id"):
            raise click.ClickException(f"{file}, line {line}: no vm_id here.")
        names[row["vm_id"]] = None
        first = start if first is None else min(first, start)
    if first is None:
        raise click.ClickException(f"{file} has no samples.")
    local = first.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    return list(names), billing_period(local.astimezone(UTC), day=local.day, zone=ZONE)


def _numbered_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    line = 1
    try:
        with read_as_text(file) as text:
            reader = csv.DictReader(text)
            for row in reader:
                line = reader.line_num
                yield line, row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as unreadable:
        raise click.ClickException(f"{file}, after line {line}: this is not CSV in UTF-8 ({unreadable}).") from None


def read_as_text(file: Path) -> TextIO:
    """The file as UTF-8, unpacked when its name ends in .gz."""
    if file.suffix == ".gz":
        return io.TextIOWrapper(gzip.GzipFile(file), encoding="utf-8")
    return file.open(encoding="utf-8")


def _progress(rows: int) -> None:
    click.echo(f"\r  {rows:>10,} rows", nl=False, err=True)
