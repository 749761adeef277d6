"""`bss delegation`: whose people may act for which account, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from bss.access import delegation_queries as queries
from bss.access.delegate_account import DelegateAccount, delegate_account
from bss.access.delegation import Delegation
from bss.access.end_delegation import EndDelegation, end_delegation
from bss.identifier import Kind, public
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


@click.group()
def delegation() -> None:
    """Delegations: that another account's people may act for an account, until an end."""


@delegation.command("list")
@answers
@of_organisation
@click.option("--account", type=PublicId(Kind.ACCOUNT), help="Only those of this account.")
@page_of(Kind.DELEGATION)
def list_delegations(organisation: str, account: UUID | None, first: int, after: UUID | None) -> Listing:
    """List the delegations of ORGANISATION (its slug), oldest first, ended ones too."""

    async def body(viewer: Viewer) -> Listing:
        page = await queries.delegation_page(viewer, PageRequest(first, after), account_id=account)
        return listing(page, _card, ("id", "accountId", "toAccountId", "role", "endsAt", "endedAt"), "No delegations.")

    return asked(organisation, body)


@delegation.command("create")
@answers
@of_organisation
@click.argument("account_id", type=PublicId(Kind.ACCOUNT))
@click.argument("to_account_id", type=PublicId(Kind.ACCOUNT))
@click.argument("role")
@click.option("--reason", required=True, help="Why.")
@click.option("--until", type=INSTANT, required=True, help="When it ends, in UTC; at most 400 days later.")
@click.option("--from", "start", type=INSTANT, help="When it begins, in UTC. Default: now.")
def create(
    *,
    organisation: str,
    account_id: UUID,
    to_account_id: UUID,
    role: str,
    reason: str,
    until: datetime,
    start: datetime | None,
) -> Record:
    """Let the people of the second account of ORGANISATION (its slug) act for the first with ROLE, by its code."""
    request = DelegateAccount(account_id, to_account_id, role, reason, until, start)

    async def body(viewer: Viewer) -> Record:
        return await _shown(viewer, (await delegate_account(viewer, request, now=clock().now())).object_id)

    return asked(organisation, body)


@delegation.command("end")
@answers
@of_organisation
@click.argument("delegation_id", type=PublicId(Kind.DELEGATION))
def end(organisation: str, delegation_id: UUID) -> Record:
    """End a delegation of ORGANISATION (its slug), at once and for good."""

    async def body(viewer: Viewer) -> Record:
        await end_delegation(viewer, EndDelegation(delegation_id), now=clock().now())
        return await _shown(viewer, delegation_id)

    return asked(organisation, body)


async def _shown(viewer: Viewer, delegation_id: UUID) -> Record:
    return _card((await queries.delegations(viewer, (delegation_id,)))[delegation_id])


def _card(found: Delegation) -> Record:
    return {
        "id": public(Kind.DELEGATION, found.id),
        "accountId": public(Kind.ACCOUNT, found.account_id),
        "toAccountId": public(Kind.ACCOUNT, found.to_account_id),
        "role": found.role,
        "reason": found.reason,
        "startsAt": found.starts_at,
        "endsAt": found.ends_at,
        "endedAt": found.ended_at,
        "grantedBy": found.granted_by_name,
    }
