"""What the channel shows of accounts and subscriptions, and the readings that fill it, a level or a tree at a time.

Owns: the shapes, and which readings one level takes together. Does not own: the readings themselves, or the root
fields (`schema.domains.channel`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
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
from schema.parts import part, part_id
from schema.size import sized
from sync import queries as sync

Row = TypeVar("Row")

strawberry.enum(sync.SyncState, description="How what crosses a link stands with the other organisation.")


_BESIDE = (metering.totals, sync.bonds, subscriptions.counts_below)
_WORST_FIRST = (sync.SyncState.REFUSED, sync.SyncState.WAITING, sync.SyncState.IN_STEP)


@dataclass(frozen=True)
class About:
    """What an operation asks of subscriptions and its viewer may see, beside their own rows.

    `may` are the questions among those of the shapes' fields that the viewer may ask.
    """

    month: Period | None
    hours: bool
    counts: bool
    sync: bool
    offering: bool
    may: frozenset[object]


@dataclass(frozen=True)
class Held:
    """A subscription with what was asked about it, and who asked."""

    viewer: Viewer
    subscription: domain.Subscription
    offering: Offering | None
    totals: list[UsageTotal]
    bonds: tuple[sync.Bond, ...]
    asked: About


@dataclass(frozen=True)
class Placed:
    """An account with the number of subscriptions at and below it, who asked, and what about subscriptions."""

    viewer: Viewer
    account: accounts.Account
    count: int
    asked: About


def _refuse_unless_allowed(row: Held | Placed, question: Any) -> None:
    """The refusal is what this field of this object is answered with."""
    if question not in row.asked.may:
        row.viewer.require(REQUIRED[question])


def _used(held: strawberry.Parent[Held]) -> Any:
    _refuse_unless_allowed(held, metering.totals)
    return held.totals


def _state(held: strawberry.Parent[Held]) -> Any:
    _refuse_unless_allowed(held, sync.bonds)
    states = {bond.state for bond in held.bonds}
    return next((each for each in _WORST_FIRST if each in states), None)


def _refusal(held: strawberry.Parent[Held]) -> Any:
    _refuse_unless_allowed(held, sync.bonds)
    return next((bond.refusal for bond in held.bonds if bond.refusal is not None), None)


def _holder(held: strawberry.Parent[Held]) -> Any:
    return held.subscription.managed_by if held.subscription.mirrored else None


@strawberry.type(description="A subscription in its place in the channel.")
class ChannelSubscription:
    id: strawberry.ID = part_id(Kind.SUBSCRIPTION, "subscription.id")
    account_id: strawberry.ID = part_id(Kind.ACCOUNT, "subscription.account_id")
    name: str = part("subscription.name")
    offering: Offering | None
    state: SubscriptionState = part("subscription.state")
    quantity: Decimal = part("subscription.quantity")
    starts_at: datetime = part("subscription.starts_at")
    ends_at: datetime | None = part("subscription.ends_at")
    mirrored: bool = part("subscription.mirrored", description="The copy of a reseller's subscription.")
    locked_by: str | None = strawberry.field(
        resolver=_holder, description="Who alone may change it; null when it is changed here."
    )
    usage_month_to_date: list[UsageTotal] | None = strawberry.field(
        resolver=_used,
        description="By meter, in its base unit: the hours of the month that it is now in the organisation's zone.",
        directives=[*needs(metering.totals), *sized(4)],
    )
    sync_state: sync.SyncState | None = strawberry.field(
        resolver=_state, description="Null when it does not cross a link.", directives=needs(sync.bonds)
    )
    sync_refusal: str | None = strawberry.field(
        resolver=_refusal, description="Why the newest word was refused.", directives=needs(sync.bonds)
    )


def _manager(placed: strawberry.Parent[Placed]) -> Any:
    return placed.account.managed_by if placed.account.mirrored else None


def _ribbon(placed: strawberry.Parent[Placed]) -> Any:
    manager = _manager(placed)
    return None if manager is None else f"Managed by {manager}"


def _count(placed: strawberry.Parent[Placed]) -> Any:
    _refuse_unless_allowed(placed, subscriptions.counts_below)
    return placed.count


@strawberry.type(description="An account in the channel, in a flat list in which it follows the account above it.")
class ExportedAccount:
    id: strawberry.ID = part_id(Kind.ACCOUNT, "account.id")
    parent_id: strawberry.ID | None = part_id(Kind.ACCOUNT, "account.parent_id")
    kind: accounts.AccountKind = part("account.kind")
    name: str = part("account.name")
    accounting_number: str = part("account.accounting_number")
    mirrored: bool = part("account.mirrored", description="Copied from a reseller's books and locked here.")
    managed_by: str | None = strawberry.field(
        resolver=_manager, description="The reseller that manages a mirrored account."
    )
    ribbon: str | None = strawberry.field(
        resolver=_ribbon, description="What to show on a mirrored account: who manages it."
    )
    locked_by: str | None = strawberry.field(
        resolver=_manager, description="Who alone may change it; null when it is changed here."
    )
    subscription_count: int | None = strawberry.field(
        resolver=_count,
        description="Its own subscriptions and those of all accounts below it, ended ones included.",
        directives=needs(subscriptions.counts_below),
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
    may = frozenset(each for each in _BESIDE if _may(viewer, each))
    return About(
        month=month,
        hours=asking.mentions(info, "hours"),
        counts=counting and REQUIRED[subscriptions.counts_below] in viewer.permissions,
        sync=crossing and REQUIRED[sync.bonds] in viewer.permissions and viewer.sees_everything,
        offering=asking.mentions(info, "offering"),
        may=may,
    )


def _may(viewer: Viewer, question: Any) -> bool:
    try:
        viewer.require(REQUIRED[question])
    except (PermissionDenied, ModuleOff):
        return False
    return True


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
    totals = (
        await metering.totals(viewer, ids, asked.month, hours=asked.hours) if asked.month is not None and ids else {}
    )
    bonds = await sync.bonds(viewer, ids) if asked.sync and ids else {}
    return {
        each.id: Held(
            viewer,
            each,
            offerings.get(each.offering_id),
            [UsageTotal.of(total) for _, total in sorted(totals.get(each.id, {}).items())],
            bonds.get(each.id, ()),
            asked,
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
