"""`bss account`: the account tree of an organisation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import click

from bss.hierarchy.close_account import CloseAccount, close_account
from bss.hierarchy.move_account import MoveAccount, move_account
from bss.hierarchy.reopen_account import ReopenAccount, reopen_account
from bss.identifier import Kind, public
from bss.organisations import queries
from bss.organisations.account import MAY_STAND_UNDER, Account, AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.transaction.command import Outcome
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock

ACCOUNT = PublicId(Kind.ACCOUNT)


@click.group()
def account() -> None:
    """Accounts."""


@account.command("list")
@answers
@of_organisation
@click.option("--under", type=ACCOUNT, help="Only this account and what is below it.")
@page_of(Kind.ACCOUNT)
def list_accounts(organisation: str, under: UUID | None, first: int, after: UUID | None) -> Listing:
    """List the accounts of ORGANISATION (its slug), oldest first."""

    async def body(viewer: Viewer) -> Listing:
        path = None if under is None else (await queries.one(viewer, under, path=("--under",))).path
        page = await queries.page(viewer, PageRequest(first, after), under=path)
        return listing(page, _card, ("id", "name", "kind", "closedAt"), "No accounts.")

    return asked(organisation, body)


@account.command("show")
@answers
@of_organisation
@click.argument("account_id", type=ACCOUNT)
def show_account(organisation: str, account_id: UUID) -> Record:
    """Show an account of ORGANISATION (its slug)."""
    return asked(organisation, lambda viewer: _shown(viewer, account_id))


@account.command("create")
@answers
@of_organisation
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind, parents in MAY_STAND_UNDER.items() if parents]),
    default=AccountKind.CUSTOMER.value,
    show_default=True,
)
@click.option("--parent", type=ACCOUNT, help="The account above it. Default: the root account.")
@click.option("--accounting-number", default="", help="Its number in the seller's books.")
@click.option("--email", default="")
@click.option("--billing-address", default="")
@click.option("--legal-address", default="", help="Its seat; it never crosses a link.")
def create(organisation: str, name: str, kind: str, parent: UUID | None, **texts: str) -> Record:
    """Create an account called NAME in ORGANISATION (its slug)."""

    async def body(viewer: Viewer) -> Outcome:
        above = parent or (await queries.organisation(viewer)).root_account_id
        return await create_account(viewer, CreateAccount(above, AccountKind(kind), name, **texts), now=clock().now())

    return _changed(organisation, body)


@account.command("move")
@answers
@of_organisation
@click.argument("account_id", type=ACCOUNT)
@click.option("--to", "parent", type=ACCOUNT, required=True, help="The new parent.")
@click.option("--at", "effective_at", type=INSTANT, help="As of this instant in the past, in UTC. Default: now.")
def move(organisation: str, account_id: UUID, parent: UUID, effective_at: datetime | None) -> Record:
    """Move an account of ORGANISATION (its slug), with all below it, under another one.

    It keeps the terms at which it buys where its seller still stands above it; new terms are agreed through the API.
    """
    request = MoveAccount(account_id, parent, effective_at)
    return _changed(organisation, lambda viewer: move_account(viewer, request, now=clock().now()))


@account.command("close")
@answers
@of_organisation
@click.argument("account_id", type=ACCOUNT)
def close(organisation: str, account_id: UUID) -> Record:
    """Close an account of ORGANISATION (its slug) in which everything has ended."""
    return _changed(organisation, lambda viewer: close_account(viewer, CloseAccount(account_id), now=clock().now()))


@account.command("reopen")
@answers
@of_organisation
@click.argument("account_id", type=ACCOUNT)
def reopen(organisation: str, account_id: UUID) -> Record:
    """Reopen a closed account of ORGANISATION (its slug)."""
    return _changed(organisation, lambda viewer: reopen_account(viewer, ReopenAccount(account_id), now=clock().now()))


def _changed(organisation: str, change: Callable[[Viewer], Awaitable[Outcome]]) -> Record:
    """Make the change and answer with the account as it is then."""

    async def body(viewer: Viewer) -> Record:
        return await _shown(viewer, (await change(viewer)).object_id)

    return asked(organisation, body)


async def _shown(viewer: Viewer, account_id: UUID) -> Record:
    return _card(await queries.one(viewer, account_id, path=("accountId",)))


def _card(found: Account) -> Record:
    return {
        "id": public(Kind.ACCOUNT, found.id),
        "parentId": None if found.parent_id is None else public(Kind.ACCOUNT, found.parent_id),
        "kind": found.kind,
        "name": found.name,
        "accountingNumber": found.accounting_number,
        "email": found.email,
        "billingAddress": found.billing_address,
        "legalAddress": found.legal_address,
        "mirrored": found.mirrored,
        "managedBy": found.managed_by or None,
        "version": found.version,
        "createdAt": found.created_at,
        "closedAt": found.closed_at,
    }
