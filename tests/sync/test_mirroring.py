"""What crosses appears once, in its place, and locked."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from bss.identifier import uuid7
from bss.organisations import queries as organisations
from bss.organisations.account import Account, AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.refusal import LockedField
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.subscription import Subscription, SubscriptionState
from bss.subscriptions.timeline import Segment
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.transaction.page import PageRequest
from sync.capture import capture_subscription
from tests.sync.books import START, Book
from tests.sync.channel import Channel


async def accounts(book: Book) -> dict[str, Account]:
    with book.database.bound():
        found = (await organisations.page(book.viewer, PageRequest(first=200))).rows
    return {account.name: account for account in found}


async def test_a_paid_subscription_takes_its_account_and_the_accounts_above_with_it(channel: Channel) -> None:
    origin_id = await channel.sell("X", 5)
    await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    of_cloud = await accounts(channel.cloud)
    assert mirror.path == of_cloud["X"].path
    assert of_cloud["X"].parent_id == of_cloud["Lite"].id
    assert of_cloud["Lite"].parent_id == of_cloud["Cloud Resell"].id
    assert [of_cloud[name].mirrored for name in ("Cloud Resell", "Lite", "X")] == [False, True, True]
    assert of_cloud["X"].managed_by == "Cloud Resell"
    assert (of_cloud["X"].accounting_number, of_cloud["X"].email, of_cloud["X"].billing_address) == (
        "N-X",
        "ap@x.example",
        "X 1",
    )
    assert "Z" not in of_cloud
    assert (mirror.name, int(mirror.quantity), mirror.managed_by) == ("X Seats", 5, "Cloud Resell")
    assert await channel.in_step()


async def test_the_origin_is_provisioned_when_its_mirror_is_accepted(channel: Channel) -> None:
    origin_id = await channel.sell("Z", 5)
    assert (await origin(channel, origin_id)).provisioned_at is None
    await channel.settle()
    assert (await origin(channel, origin_id)).provisioned_at == channel.now
    assert (await channel.mirror_of(origin_id)).provisioned_at == channel.now


async def test_ten_sales_make_ten_mirrors_and_a_second_capture_makes_no_eleventh(channel: Channel) -> None:
    sold = [await channel.sell("X", quantity) for quantity in range(1, 11)]
    await channel.settle()
    for origin_id in sold:
        await recapture(channel, origin_id)
    await channel.settle()
    assert len(await channel.mirrors()) == 10
    assert await channel.rows(channel.cloud, "SELECT count(*) FROM account WHERE mirrored", "count") == ["2"]


async def test_what_was_not_activated_does_not_cross(channel: Channel) -> None:
    request = CreateSubscription(
        channel.resell.accounts["Z"], channel.resell.offerings["seats"], Decimal(5), activate=False
    )
    with channel.resell.database.bound():
        await create_subscription(channel.resell.viewer, request, now=channel.now)
    await channel.settle()
    assert await channel.mirrors() == {}


async def test_a_cancellation_ends_the_mirror_and_removes_the_service_in_both_books(channel: Channel) -> None:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    channel.move_to_day(11)
    await channel.cancel(origin_id)
    await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    assert (mirror.state, mirror.ends_at) == (SubscriptionState.CANCELLED, START.replace(day=11))
    assert mirror.removed_at == (await origin(channel, origin_id)).removed_at == START.replace(day=11)
    assert await channel.in_step()


async def test_what_the_distributor_may_not_do_to_a_mirror_is_refused(channel: Channel) -> None:
    mirror = await channel.mirror_of(await sold_and_settled(channel))
    cloud = channel.cloud
    with cloud.database.bound():
        for attempt in (
            create_subscription(
                cloud.viewer,
                CreateSubscription(mirror.account_id, cloud.offerings["seats"], Decimal(1)),
                now=channel.now,
            ),
            change_quantity(cloud.viewer, ChangeQuantity(mirror.id, Decimal(9)), now=channel.now),
            cancel_subscription(cloud.viewer, CancelSubscription(mirror.id), now=channel.now),
            create_account(
                cloud.viewer, CreateAccount(mirror.account_id, AccountKind.CUSTOMER, "Below"), now=channel.now
            ),
        ):
            with pytest.raises(LockedField, match="managed by Cloud Resell"):
                await attempt


@pytest.mark.parametrize("role", [Role.APP, Role.BULK])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET name = 'Mine' WHERE mirrored",
        "UPDATE subscription SET quantity = 6 WHERE mirrored",
        "UPDATE subscription SET mirrored = false WHERE mirrored",
        "UPDATE segment SET recorded_to = now() WHERE mirrored",
        "DELETE FROM subscription WHERE mirrored",
    ],
)
async def test_raw_sql_cannot_write_a_mirrored_row(channel: Channel, role: Role, statement: str) -> None:
    await sold_and_settled(channel)
    with channel.cloud.database.bound(), pytest.raises(asyncpg.InsufficientPrivilegeError, match="LOCKED"):
        async with begin(channel.cloud.viewer, role=role) as tx:
            await tx.connection.execute(statement)


async def test_raw_sql_cannot_write_the_supply_of_the_reseller(channel: Channel) -> None:
    with channel.resell.database.bound(), pytest.raises(asyncpg.InsufficientPrivilegeError, match="LOCKED"):
        async with begin(channel.resell.viewer) as tx:
            await tx.connection.execute("UPDATE edge SET billing_day = 2 WHERE received")


@pytest.mark.parametrize("same", ["pair_id", "local_id"])
async def test_a_second_counterpart_is_impossible_even_for_sync_itself(channel: Channel, same: str) -> None:
    await sold_and_settled(channel)
    other = {"pair_id": "local_id", "local_id": "pair_id"}[same]
    for book in (channel.cloud, channel.resell):
        with book.database.bound(), pytest.raises(asyncpg.UniqueViolationError):
            async with begin(book.viewer, role=Role.SYNC) as tx:
                await tx.connection.execute(
                    f"INSERT INTO pair (id, organisation_id, link_id, {same}, {other}, subject, version,"
                    f" acknowledged_version, created_at) SELECT $1, organisation_id, link_id, {same}, $2, subject,"
                    " version, acknowledged_version, created_at FROM pair WHERE subject = 'subscription'",
                    *(uuid7(), uuid7()),
                )


async def sold_and_settled(channel: Channel) -> UUID:
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    return origin_id


async def origin(channel: Channel, origin_id: UUID) -> Subscription:
    with channel.resell.database.bound():
        return await subscriptions.one(channel.resell.viewer, origin_id)


async def timeline(book: Book, subscription_id: UUID) -> tuple[Segment, ...]:
    with book.database.bound():
        return (await subscriptions.timeline(book.viewer, (subscription_id,)))[subscription_id]


async def recapture(channel: Channel, origin_id: UUID) -> None:
    with channel.resell.database.bound():
        await capture_subscription(channel.resell.viewer, str(origin_id), now=channel.now)
