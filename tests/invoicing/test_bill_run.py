"""A bill run on the real database: what stands on the lines and on the invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from bss.catalogue.price_list import ChargeKind
from bss.invoicing import queries, verify
from bss.invoicing.bill_run import BillRunIncomplete, RequestBillRun, request_bill_run, run
from bss.invoicing.document import as_text
from bss.organisations.account import AccountKind
from bss.refusal import InvalidInput, NotFound, PermissionDenied
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.transaction.begin import begin
from bss.transaction.database import Database, Role
from bss.transaction.page import PageRequest
from tests.invoicing.books import Books, Price, flat, per_unit


def day(month: int, of_month: int, hour: int = 0) -> datetime:
    return datetime(2026, month, of_month, hour, tzinfo=UTC)


async def channel_of_one_customer(price: str = "30") -> Books:
    books = await Books.opened()
    await books.account("Zed")
    await books.offering()
    await books.publish("retail", Price("monthly", per_unit(price)))
    await books.edge("Cloud", "Zed", "retail")
    return books


async def test_coalesced_changes_are_three_lines_of_50_80_and_60(database: Database) -> None:
    """C06: 5 seats from the 1st, 8 from the 11th, 6 from the 21st; 30.00 per seat in a month of 30 days."""
    books = await channel_of_one_customer()
    seats = await books.subscription("Zed", "5", day(4, 1))
    for quantity, at in ((Decimal(8), day(4, 11)), (Decimal(6), day(4, 21))):
        await change_quantity(books.viewer, ChangeQuantity(seats, quantity, at), now=at)
    await books.bill(day(5, 1))
    assert await books.amounts("Zed") == ["50.00", "80.00", "60.00"]
    assert await books.invoices() == [("CLOUD-000001", "190.00")]


async def test_one_invoice_has_the_monthly_fee_the_usage_and_the_one_time_fee(database: Database) -> None:
    books = await Books.opened()
    await books.account("Zed")
    await books.offering("vm")
    await books.publish(
        "retail",
        Price("monthly", flat("31.00"), offering="vm"),
        Price("setup", flat("100"), ChargeKind.ONE_TIME, offering="vm"),
        Price("vcpu-hours", per_unit("0.05"), ChargeKind.USAGE, "vcpu", offering="vm"),
    )
    await books.edge("Cloud", "Zed", "retail")
    machine = await books.subscription("Zed", "1", day(3, 15), offering="vm", name="web-1")
    await books.used(machine, day(3, 15), 40)
    await books.used(machine, day(3, 31, 23), 60)
    await books.used(machine, day(4, 1), 1000)  # the next period's
    await books.bill(day(4, 1))
    (invoice,) = (await queries.page(books.viewer, PageRequest())).rows
    document = await queries.document(books.viewer, invoice.id)
    shown = [(line.description, line.quantity, line.unit, line.unit_price, line.amount) for line in document.lines]
    assert shown == [
        ("vcpu-hours", "100", "vCPU-hour", "0.05", "5.00"),
        ("monthly (17/31)", "1", "vm", None, "17.00"),  # 17 of 31 days
        ("setup", "1", "vm", None, "100.00"),
    ]
    assert (document.total, document.issued_on, document.due_on) == ("122.00", date(2026, 4, 1), date(2026, 4, 15))
    assert "Total EUR" in as_text(document)
    await books.bill(day(5, 1))
    assert await books.invoices() == [("CLOUD-000001", "122.00"), ("CLOUD-000002", "81.00")]  # no second setup


async def test_usage_is_rounded_by_the_line_even_where_licences_are_rounded_by_the_unit(database: Database) -> None:
    """100,000 hours at 0.004 are 400.00, though each is 0.00; three seats at 1.005 are 3 × 1.01 = 3.03."""
    books = await Books.opened()
    await books.account("Zed")
    await books.offering()
    hours = Price("vcpu-hours", per_unit("0.004"), ChargeKind.USAGE, "vcpu")
    await books.publish("retail", Price("monthly", per_unit("1.005")), hours)
    await books.edge("Cloud", "Zed", "retail", policy="licence")
    seats = await books.subscription("Zed", "3", day(4, 1))
    await books.used(seats, day(4, 2), 100_000)
    await books.bill(day(5, 1))
    assert await books.amounts("Zed") == ["3.03", "400.00"]
    assert await verify.mismatches(books.viewer) == ()
    lines = await queries.line_page(books.viewer, PageRequest())
    explanations = await queries.explanations(books.viewer, [line.id for line in lines.rows])
    rules = {line.charge: explanations[line.id]["policy"]["licence_lines"] for line in lines.rows}
    assert rules == {"monthly": "round-unit", "vcpu-hours": "round-line"}


async def test_billing_day_15_in_amsterdam_bills_the_month_in_which_the_clocks_go_forward(database: Database) -> None:
    books = await Books.opened()
    await books.account("Zed")
    await books.offering("vm")
    monthly = Price("monthly", flat("31.00"), offering="vm")
    usage = Price("vcpu-hours", per_unit("1"), ChargeKind.USAGE, "vcpu", offering="vm")
    await books.publish("retail", monthly, usage)
    await books.edge("Cloud", "Zed", "retail", zone="Europe/Amsterdam", day=15)
    starts, ends = day(3, 14, 23), day(4, 14, 22)  # local midnights: +1 before the change, +2 after it
    machine = await books.subscription("Zed", "1", starts, offering="vm")
    for hour in (starts, day(4, 14, 21), ends):
        await books.used(machine, hour, 1)
    await books.bill(ends)
    (row,) = await books.rows(
        "SELECT billing_start, billing_end, total, issued_on FROM invoice WHERE organisation_id = $1"
    )
    assert (row["billing_start"], row["billing_end"], row["issued_on"]) == (starts, ends, date(2026, 4, 15))
    assert row["total"] == Decimal("33.00")  # all 31 days, and two of the three hours


async def test_a_period_that_has_not_ended_cannot_be_closed(database: Database) -> None:
    books = await channel_of_one_customer()
    with pytest.raises(InvalidInput):
        await request_bill_run(books.viewer, RequestBillRun(day(4, 1)), now=day(3, 31, 23))


async def test_a_second_run_adds_nothing_to_a_closed_period(database: Database) -> None:
    books = await channel_of_one_customer()
    seats = await books.subscription("Zed", "5", day(4, 1))
    first = await books.bill(day(5, 1))
    await change_quantity(books.viewer, ChangeQuantity(seats, Decimal(50), day(4, 2)), now=day(5, 1, 1))
    late = await books.bill(day(5, 1, 2))
    runs = await books.rows("SELECT id, state, lines, invoices FROM bill_run WHERE organisation_id = $1 ORDER BY id")
    assert [tuple(row) for row in runs] == [(first, "done", 1, 1), (late, "done", 0, 0)]
    assert await books.amounts("Zed") == ["150.00"]


async def test_two_periods_are_two_invoices_and_a_cancelled_subscription_is_charged_to_its_end(
    database: Database,
) -> None:
    books = await channel_of_one_customer()
    seats = await books.subscription("Zed", "1", day(4, 1))
    await cancel_subscription(books.viewer, CancelSubscription(seats, day(6, 16)), now=day(4, 2))
    await books.bill(day(9, 1))
    assert await books.amounts("Zed") == ["30.00", "30.00", "15.00"]
    assert [total for _, total in await books.invoices()] == ["30.00", "30.00", "15.00"]


async def test_a_missing_price_parks_only_that_bill_to_and_lists_every_issue(database: Database) -> None:
    books = await channel_of_one_customer()
    await books.account("Yan")
    await books.offering("vm")
    await books.publish("other", Price("monthly", per_unit("10")), Price("monthly", per_unit("5"), offering="vm"))
    await books.edge("Cloud", "Yan", "other")
    await books.subscription("Zed", "1", day(4, 1))
    broken = [await books.subscription("Yan", "1", day(4, 1), offering="vm") for _ in range(2)]
    await books.subscription("Yan", "1", day(4, 1))
    await books.leave_out("other", Price("monthly", per_unit("10")), valid_from=day(3, 1))  # without the vm
    run_id = (await request_bill_run(books.viewer, RequestBillRun(day(5, 1)), now=day(5, 1))).object_id
    with pytest.raises(BillRunIncomplete) as incomplete:
        await run(books.viewer, run_id, now=day(5, 1))
    assert {issue.subscription_id for issue in incomplete.value.issues} == set(broken)
    assert {issue.edge_id for issue in incomplete.value.issues} == {books.edges["Yan"]}
    assert await books.invoices() == [("CLOUD-000001", "30.00")]
    assert await _state(books, run_id) == "parked"
    await books.publish(
        *("other", Price("monthly", per_unit("10")), Price("monthly", per_unit("5"), offering="vm")),
        valid_from=day(4, 1),
    )
    await run(books.viewer, run_id, now=day(5, 1, 1))
    assert await books.invoices() == [("CLOUD-000001", "30.00"), ("CLOUD-000002", "20.00")]
    assert await _state(books, run_id) == "done"


async def test_usage_without_a_service_parks_the_bill_to(database: Database) -> None:
    books = await channel_of_one_customer()
    seats = await books.subscription("Zed", "1", day(4, 1))
    await cancel_subscription(books.viewer, CancelSubscription(seats, day(5, 1)), now=day(4, 2))
    await books.used(seats, day(5, 3), 1)
    with pytest.raises(BillRunIncomplete, match="not in service"):
        await books.bill(day(6, 1))
    assert await books.invoices() == [("CLOUD-000001", "30.00")]


async def test_an_issued_invoice_and_its_lines_refuse_raw_updates(database: Database) -> None:
    books = await channel_of_one_customer()
    await books.subscription("Zed", "1", day(4, 1))
    await books.bill(day(5, 1))
    for role in Role:
        for table, change in (("invoice", "total = 0"), ("billable_line", "amount = 0")):
            with pytest.raises(asyncpg.RestrictViolationError):
                async with begin(books.viewer, role=role) as tx:
                    await tx.connection.execute(f"UPDATE {table} SET {change}")


async def test_a_customer_sees_its_own_invoices_and_lines_only(database: Database) -> None:
    books = await Books.opened()
    await books.account("Lite", kind=AccountKind.LITE_RESELLER)
    for name in ("X", "Y"):
        await books.account(name, "Lite")
    await books.offering()
    await books.publish("wholesale", Price("monthly", per_unit("7.77")))
    await books.publish("retail", Price("monthly", per_unit("30")), owner="Lite")
    await books.edge("Cloud", "Lite", "wholesale")
    for name in ("X", "Y"):
        await books.edge("Lite", name, "retail")
        await books.subscription(name, "1", day(4, 1))
    await books.bill(day(5, 1))
    customer = await books.person("X", "billing_viewer")
    (invoice,) = (await queries.page(customer, PageRequest())).rows
    assert invoice.bill_to_account_id == books.accounts["X"]
    (line,) = (await queries.lines(customer, [invoice.id]))[invoice.id]
    assert (line.amount, line.edge_id) == (Decimal("30.00"), books.edges["X"])
    assert [line.id for line in (await queries.line_page(customer, PageRequest())).rows] == [line.id]
    everything = (await queries.page(books.viewer, PageRequest())).rows
    assert sorted(str(one.total) for one in everything) == ["15.5400", "30.0000", "30.0000"]
    for other in everything:
        if other.id != invoice.id:
            with pytest.raises(NotFound):
                await queries.document(customer, other.id)
    raw = await books.rows("SELECT amount FROM billable_line WHERE organisation_id = $1", viewer=customer)
    assert [row["amount"] for row in raw] == [Decimal("30.0000")]
    with pytest.raises(PermissionDenied):
        await request_bill_run(customer, RequestBillRun(day(5, 1)), now=day(5, 1))


async def _state(books: Books, run_id: UUID) -> str:
    (row,) = await books.rows("SELECT state FROM bill_run WHERE organisation_id = $1 AND id = $2", run_id)
    state: str = row["state"]
    return state
