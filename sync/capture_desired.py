"""Job bodies at the reseller: what changed in an account or a subscription goes to its distributor.

Owns: the decision what crosses, the minting of pairs, and the order in which new accounts are written. Does not
own: the documents (`sync.desired`), or sending (`sync.deliver`).

A subscription crosses when its offering is bought over a link and it has been paid for, not only tried or had for
nothing (`sync.crossing`), and from then on for ever; it takes its account with it, the accounts above that one, and the
plan and the predecessor that it needs. Each body may run any number of times with one effect: a state is written once
per version.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.catalogue import queries as catalogue
from bss.jobs.enqueue import enqueue, expect
from bss.jobs.job import JobKind
from bss.organisations import queries as organisations
from bss.organisations.account import Account, ancestor_paths
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.subscription import Subscription
from bss.subscriptions.timeline import Timeline
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer
from sync import link as links
from sync import pair as pairs
from sync.capture_document import account_document, subscription_document
from sync.capture_paid import look_again_below
from sync.crossing import due_from
from sync.desired import crosses_from, data_of
from sync.link import Link, Side
from sync.message import Subject
from sync.outbound import put
from sync.pair import Pair


async def capture_account(viewer: Viewer, key: str, *, now: datetime) -> None:
    """Send the account's present state on every link that it has crossed; `key` is the account's id.

    Where it was moved, other edges stand above it, and what was free below it may be paid for.
    """
    account_id = UUID(key)
    async with begin(viewer) as tx:
        await look_again_below(tx, (await _account(tx, account_id)).path, now)
        for pair in await pairs.of_locals(tx, None, (account_id,)):
            link = await links.locked(tx, pair.link_id)
            if link.side is Side.RESELLER and pair.subject is Subject.ACCOUNT:
                await _capture_accounts(tx, link, (await _account(tx, account_id)).path, now)


async def capture_subscription(viewer: Viewer, key: str, *, now: datetime) -> None:
    """Send the subscription's present state if it crosses; `key` is the subscription's id."""
    subscription_id = UUID(key)
    async with begin(viewer) as tx:
        link = await _link_of(tx, subscription_id)
        if link is not None:
            await _capture(tx, link, subscription_id, now)


async def await_payment(viewer: Viewer, key: str, *, now: datetime) -> None:
    """At the end of a trial or the start of a price: look at the subscription again; `key` is its id."""
    async with begin(viewer) as tx:
        await enqueue(tx, JobKind.SYNC_CAPTURE_SUBSCRIPTION, key, now=now)


async def _capture(tx: Transaction, link: Link, subscription_id: UUID, now: datetime) -> None:
    """Send the subscription if it crosses; what is not paid for yet is looked at again when it is."""
    subscription, timeline = await _read(tx, subscription_id)
    if not await pairs.of_locals(tx, link.id, (subscription_id,)):
        due = await due_from(tx.viewer, subscription.path, timeline)
        if await _is_awaited(tx, subscription_id, due, now):
            return
    await _send(tx, link, subscription, timeline, now)


async def _send(tx: Transaction, link: Link, subscription: Subscription, timeline: Timeline, now: datetime) -> Pair:
    """Send the subscription, after the plan beside which it stands and the one that it succeeds."""
    parent, predecessor = [
        None if other is None else await _capture_needed(tx, link, other, now)
        for other in (subscription.parent_id, subscription.predecessor_id)
    ]
    account = await _capture_accounts(tx, link, subscription.path, now)
    pair = await pairs.minted(tx, link.id, Subject.SUBSCRIPTION, subscription.id, now)
    document = await subscription_document(
        tx, subscription, timeline, account=account, parent=parent, predecessor=predecessor
    )
    await _put(tx, link, pair, subscription.version, data_of(document), now)
    return pair


async def _capture_needed(tx: Transaction, link: Link, subscription_id: UUID, now: datetime) -> Pair | None:
    """Send what another one needs that crosses: though it be free, but not while it is in trial."""
    subscription, timeline = await _read(tx, subscription_id)
    known = await pairs.of_locals(tx, link.id, (subscription_id,))
    if not known and await _is_awaited(tx, subscription_id, crosses_from(timeline), now):
        return None
    return await _send(tx, link, subscription, timeline, now)


async def _is_awaited(tx: Transaction, subscription_id: UUID, due: datetime | None, now: datetime) -> bool:
    """Whether the subscription is not to cross yet; one that is to cross later is looked at again then."""
    if due is not None and due > now:
        await expect(tx, JobKind.SYNC_AWAIT_PAYMENT, str(subscription_id), at=due)
    return due is None or due > now


async def _link_of(tx: Transaction, subscription_id: UUID) -> Link | None:
    """The link over which the subscription's offering is bought, locked.

    A mirror goes nowhere: it is the last hop's, until chains of links are built.
    """
    subscription = await subscriptions.one(tx.viewer, subscription_id)
    offering = await catalogue.offering(tx.viewer, subscription.offering_id)
    if offering.supply_link_id is None or subscription.mirrored:
        return None
    return await links.locked(tx, offering.supply_link_id)


async def _read(tx: Transaction, subscription_id: UUID) -> tuple[Subscription, Timeline]:
    """The subscription and its timeline at one version: the shared lock holds writers off between the two."""
    await tx.connection.execute(
        "SELECT FROM subscription WHERE organisation_id = $1 AND id = $2 FOR SHARE",
        *(tx.organisation_id, subscription_id),
    )
    subscription = await subscriptions.one(tx.viewer, subscription_id)
    return subscription, (await subscriptions.timeline(tx.viewer, (subscription_id,)))[subscription_id]


async def _account(tx: Transaction, account_id: UUID) -> Account:
    return await organisations.one(tx.viewer, account_id)


async def _capture_accounts(tx: Transaction, link: Link, path: str, now: datetime) -> Pair | None:
    """Send the account at the path and those above it, parents first; returns its pair, None for the root."""
    below_root = ancestor_paths(path)[1:]
    accounts = await organisations.by_path(tx.viewer, below_root)
    parent: Pair | None = None
    for account in (accounts[each] for each in below_root):
        pair = await pairs.minted(tx, link.id, Subject.ACCOUNT, account.id, now)
        await _put(tx, link, pair, account.version, data_of(account_document(account, parent)), now)
        parent = pair
    return parent


async def _put(tx: Transaction, link: Link, pair: Pair, version: int, data: dict[str, object], now: datetime) -> None:
    await pairs.captured(tx, pair, version, now=now)
    if await put(tx, link.id, pair.subject, pair.pair_id, version, data, now=now):
        await enqueue(tx, JobKind.SYNC_DELIVER, str(link.id), now=now)
