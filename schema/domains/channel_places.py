"""What the channel shows of accounts and subscriptions, and the readings that fill it, a level or a tree at a time.

Owns: the shapes, and which readings one level takes together. Does not own: the readings themselves, or the root
fields (`schema.domains.channel`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeVar
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.metering import queries as metering
from bss.module import ModuleOff
from bss.organisations import account as accounts
from bss.organisations import queries as organisations
from bss.period import Period, billing_period
from bss.refusal import PermissionDenied
from bss.subscriptions import queries as subscriptions
from bss.subscriptions import subscription as domain
from bss.transaction.page import Page, PageRequest
from bss.viewer import REQUIRED, Viewer
from schema.asking import Info
from schema.declare import needs
from schema.domains.catalogue import Offering
from schema.domains.metering import UsageTotal
from schema.domains.timeline import SubscriptionState
from schema.node import id_of, optional_id
from schema.size import sized
from sync import queries as sync

Row = TypeVar("Row")

strawberry.enum(sync.SyncState, description="How what crosses a link stands with the other organisation.")


_WORST_FIRST = (sync.SyncState.REFUSED, sync.SyncState.WAITING, sync.SyncState.IN_STEP)


@dataclass(frozen=True)
class About:
    """What an operation asks of subscriptions and its viewer may see, beside their own rows."""

    month: Period | None
    counts: bool
    sync: bool
    offering: bool


@dataclass(frozen=True)
class Held:
    """A subscription with what was asked about it, and who asked."""

    viewer: Viewer
    subscription: domain.Subscription
    offering: Offering | None
    totals: list[UsageTotal]
    bonds: tuple[sync.Bond, ...]


@dataclass(frozen=True)
class Placed:
    """An account with the number of subscriptions at and below it, who asked, and what about subscriptions."""

    viewer: Viewer
    account: accounts.Account
    count: int
    asked: About


def _unless_denied(viewer: Viewer, question: Any, value: Any) -> Any:
    """The value of a plain field, or the refusal, which the field of this object alone is answered with.

    A resolver would do the same and cost three times as much, for thousands of rows.
    """
    try:
        viewer.require(REQUIRED[question])
    except (PermissionDenied, ModuleOff) as denied:
        return denied
    return value


@strawberry.type(description="A subscription in its place in the channel.")
class ChannelSubscription:
    id: strawberry.ID
    account_id: strawberry.ID
    name: str
    offering: Offering | None
    state: SubscriptionState
    quantity: Decimal
    starts_at: datetime
    ends_at: datetime | None
    mirrored: bool = strawberry.field(description="The copy of a reseller's subscription.")
    locked_by: str | None = strawberry.field(description="Who alone may change it; null when it is changed here.")
    usage_month_to_date: list[UsageTotal] | None = strawberry.field(
        description="By meter, in its base unit: the hours of the month that it is now in the organisation's zone.",
        directives=[*needs(metering.totals), *sized(4)],
    )
    sync_state: sync.SyncState | None = strawberry.field(
        description="Null when it does not cross a link.", directives=needs(sync.bonds)
    )
    sync_refusal: str | None = strawberry.field(
        description="Why the newest word was refused.", directives=needs(sync.bonds)
    )

    @classmethod
    def of(cls, held: Held) -> ChannelSubscription:
        subscription = held.subscription
        states = {bond.state for bond in held.bonds}
        refusal = next((bond.refusal for bond in held.bonds if bond.refusal is not None), None)
        return cls(
            id=id_of(Kind.SUBSCRIPTION, subscription.id),
            account_id=id_of(Kind.ACCOUNT, subscription.account_id),
            name=subscription.name,
            offering=held.offering,
            state=subscription.state,
            quantity=subscription.quantity,
            starts_at=subscription.starts_at,
            ends_at=subscription.ends_at,
            mirrored=subscription.mirrored,
            locked_by=subscription.managed_by if subscription.mirrored else None,
            usage_month_to_date=_unless_denied(held.viewer, metering.totals, held.totals),
            sync_state=_unless_denied(held.viewer, sync.bonds, next((s for s in _WORST_FIRST if s in states), None)),
            sync_refusal=_unless_denied(held.viewer, sync.bonds, refusal),
        )


@strawberry.type(description="An account in the channel, in a flat list in which it follows the account above it.")
class ExportedAccount:
    id: strawberry.ID
    parent_id: strawberry.ID | None
    kind: accounts.AccountKind
    name: str
    accounting_number: str
    mirrored: bool = strawberry.field(description="Copied from a reseller's books and locked here.")
    managed_by: str | None = strawberry.field(description="The reseller that manages a mirrored account.")
    ribbon: str | None = strawberry.field(description="What to show on a mirrored account: who manages it.")
    locked_by: str | None = strawberry.field(description="Who alone may change it; null when it is changed here.")
    placed: strawberry.Private[Placed]
    subscription_count: int | None = strawberry.field(
        description="Its own subscriptions and those of all accounts below it, ended ones included.",
        directives=needs(subscriptions.counts_below),
    )

    @classmethod
    def of(cls, placed: Placed) -> Self:
        account = placed.account
        manager = account.managed_by if account.mirrored else None
        return cls(
            id=id_of(Kind.ACCOUNT, account.id),
            parent_id=optional_id(Kind.ACCOUNT, account.parent_id),
            kind=account.kind,
            name=account.name,
            accounting_number=account.accounting_number,
            mirrored=account.mirrored,
            managed_by=manager,
            ribbon=None if manager is None else f"Managed by {manager}",
            locked_by=manager,
            placed=placed,
            subscription_count=_unless_denied(placed.viewer, subscriptions.counts_below, placed.count),
        )


async def about(info: Info) -> About:
    """What this operation wants to know of subscriptions; what its viewer may not see is not read."""
    asking, viewer = info.context, info.context.viewer
    month = None
    if asking.mentions(info, "usageMonthToDate") and REQUIRED[metering.totals] in viewer.permissions:
        zone = (await organisations.organisation(viewer)).zone
        month = billing_period(asking.clock.now(), day=1, zone=zone)
    crossing = asking.mentions(info, "syncState") or asking.mentions(info, "syncRefusal")
    counting = asking.mentions(info, "subscriptionCount")
    return About(
        month=month,
        counts=counting and REQUIRED[subscriptions.counts_below] in viewer.permissions,
        sync=crossing and REQUIRED[sync.bonds] in viewer.permissions and viewer.sees_everything,
        offering=asking.mentions(info, "offering"),
    )


async def placed(viewer: Viewer, found: Sequence[accounts.Account], asked: About) -> dict[UUID, Placed]:
    """These accounts with their numbers, by id."""
    counts = await subscriptions.counts_below(viewer, [each.path for each in found]) if asked.counts and found else {}
    return {each.id: Placed(viewer, each, counts.get(each.path, 0), asked) for each in found}


async def held(viewer: Viewer, found: Sequence[domain.Subscription], asked: About) -> dict[UUID, Held]:
    """These subscriptions with what is asked about them, by id: at most one more statement for each question."""
    ids = [each.id for each in found]
    # One subscription tells what all of the same offering are of.
    holders = {each.offering_id: each.id for each in found} if asked.offering else {}
    known = await subscriptions.offerings(viewer, list(holders.values())) if holders else {}
    offerings = {each.id: Offering.of(each) for each in known.values()}
    totals = await metering.totals(viewer, ids, asked.month) if asked.month is not None and ids else {}
    bonds = await sync.bonds(viewer, ids) if asked.sync and ids else {}
    return {
        each.id: Held(
            viewer,
            each,
            offerings.get(each.offering_id),
            [UsageTotal.of(total) for _, total in sorted(totals.get(each.id, {}).items())],
            bonds.get(each.id, ()),
        )
        for each in found
    }


async def children(
    viewer: Viewer, account_ids: Collection[UUID], request: PageRequest, asked: About
) -> dict[UUID, Page[Placed]]:
    """One page of the accounts directly below each of these."""
    pages = await organisations.children(viewer, account_ids, request)
    known = await placed(viewer, [each for page in pages.values() for each in page.rows], asked)
    return {owner: _with(page, [known[each.id] for each in page.rows]) for owner, page in pages.items()}


async def subscriptions_of(
    viewer: Viewer, account_ids: Collection[UUID], request: PageRequest, asked: About
) -> dict[UUID, Page[Held]]:
    """One page of the subscriptions of each of these accounts itself."""
    pages = await subscriptions.of_accounts(viewer, account_ids, request)
    known = await held(viewer, [each for page in pages.values() for each in page.rows], asked)
    return {owner: _with(page, [known[each.id] for each in page.rows]) for owner, page in pages.items()}


def _with(page: Page[Any], rows: Sequence[Row]) -> Page[Row]:
    return Page(tuple(rows), page.has_next, page.has_previous)
