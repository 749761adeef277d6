"""`bss bill`: close the ended billing periods, issue their invoices, and list these."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from bss.identifier import Kind, public
from bss.invoicing import queries
from bss.invoicing.bill_run import RequestBillRun, request_bill_run
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.invoicing.queries import Invoice
from bss.invoicing.run_queries import BillRun, bill_runs
from bss.invoicing.set_billing_schedule import SetBillingSchedule, set_billing_schedule
from bss.money import Money
from bss.organisations import queries as organisations
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import ACTOR, asked, clock, organisation_named, told, with_installation
from server.command_line.processes import tools_for
from server.installation import Installation
from workers.attend import in_turns


@click.group()
def bill() -> None:
    """Billing."""


@bill.command("run")
@answers
@of_organisation
@click.option("--until", type=INSTANT, help="Close what ended by this instant, in UTC. Default: now.")
def bill_run(organisation: str, until: datetime | None) -> Record:
    """Bill ORGANISATION (its slug). A second run finds what the first one did and adds nothing."""

    async def body(installation: Installation) -> Record:
        viewer = (await organisation_named(organisation)).system(ACTOR)
        now = clock().now()
        requested = await request_bill_run(viewer, RequestBillRun(until or now), now=now)
        told("The periods that ended are closed, the invoices issued and rendered …")
        async with Xhtml2pdfRenderer() as renderer:
            await in_turns([viewer], tools_for(installation.database, renderer, installation.seal))
        return _run((await bill_runs(viewer, (requested.object_id,)))[requested.object_id])

    return with_installation(body)


@bill.command("schedule")
@answers
@of_organisation
@click.option("--grace-days", type=int, help="Close a period by itself so many days after its end.")
@click.option("--off", is_flag=True, help="Bill by request only.")
def schedule(organisation: str, grace_days: int | None, off: bool) -> Record:
    """Say when ORGANISATION (its slug) is billed by itself; workers do it, once for what ended while none ran."""
    if off == (grace_days is not None):
        raise click.UsageError("Give either --grace-days or --off.")

    async def body(viewer: Viewer) -> Record:
        await set_billing_schedule(viewer, SetBillingSchedule(grace_days), now=clock().now())
        return {"billingGraceDays": (await organisations.organisation(viewer)).billing_grace_days}

    return asked(organisation, body)


@bill.command("list")
@answers
@of_organisation
@click.option("--bill-to", type=PublicId(Kind.ACCOUNT), help="Only the invoices of this account.")
@page_of(Kind.INVOICE)
def list_invoices(organisation: str, bill_to: UUID | None, first: int, after: UUID | None) -> Listing:
    """List the invoices that ORGANISATION (its slug) issued."""

    async def body(viewer: Viewer) -> Listing:
        if bill_to is not None:
            await organisations.one(viewer, bill_to, path=("--bill-to",))
        page = await queries.page(viewer, PageRequest(first, after), bill_to_account_id=bill_to)
        names = await organisations.many(viewer, {each.bill_to_account_id for each in page.rows})
        shown = ("number", "billTo", "issuedOn", "total", "currency", "id")
        return listing(page, lambda each: _invoice(each, names[each.bill_to_account_id].name), shown, "No invoices.")

    return asked(organisation, body)


def _run(found: BillRun) -> Record:
    return {
        "id": public(Kind.BILL_RUN, found.id),
        "until": found.until,
        "state": found.state,
        "lines": found.lines,
        "invoices": found.invoices,
        "createdAt": found.created_at,
        "finishedAt": found.finished_at,
    }


def _invoice(found: Invoice, bill_to: str) -> Record:
    return {
        "id": public(Kind.INVOICE, found.id),
        "number": found.number,
        "billTo": bill_to,
        "billToAccountId": public(Kind.ACCOUNT, found.bill_to_account_id),
        "billingStart": found.billing_start,
        "billingEnd": found.billing_end,
        "issuedOn": found.issued_on,
        "dueOn": found.due_on,
        "total": Money.stored(found.total, found.currency).amount,
        "currency": found.currency,
    }
