"""Sold, but not provisioned: what the distributor refuses is parked, shown on both sides, and heals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from bss.catalogue.publish_prices import NewPrice, PublishPrices
from bss.catalogue.write_version import lock_latest, own_list, write_version
from bss.identifier import Kind, public
from bss.module import Module
from bss.organisations import queries as organisations
from bss.role import STANDARD
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.subscription import Subscription
from bss.transaction.begin import begin
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from schema.execution import execute
from sync.queries import bonds
from sync.resume import ResumeOutbound, resume_outbound
from sync.status import link_statuses, parked_messages
from tests.sync.books import START, Book, prices, publish
from tests.sync.channel import Channel


async def withdraw_machines_unheard(channel: Channel) -> None:
    """From July the distributor has no price for machines; the reseller sells one before it has heard."""
    only_seats = tuple(
        price
        for price in prices(channel.cloud.offerings, "30", "0.05")
        if price.offering_id == channel.cloud.offerings["seats"]
    )
    cloud = channel.cloud
    request = PublishPrices(cloud.price_list_id, START.replace(month=7), only_seats)
    with cloud.database.bound():
        # Today's command would refuse it, where machines run; a version of long ago may be like that.
        async with begin(cloud.viewer) as tx:
            target = await own_list(tx, request.price_list_id)
            await write_version(tx, target, request, await lock_latest(tx, target), START)
    channel.network.cut = True
    channel.clock.move_to(START.replace(month=7, day=2))


async def publish_at_cloud(channel: Channel, sheet: tuple[NewPrice, ...], *, month: int) -> None:
    cloud = channel.cloud
    with cloud.database.bound():
        await publish(cloud.viewer, cloud.price_list_id, sheet, START.replace(month=month))


async def origin(channel: Channel, origin_id: UUID) -> Subscription:
    with channel.resell.database.bound():
        return await subscriptions.one(channel.resell.viewer, origin_id)


async def refused_pairs(book: Book) -> int:
    with book.database.bound():
        [status] = await link_statuses(book.viewer)
    return status.refused_pairs


async def test_a_mirror_without_a_price_is_refused_and_parks_alone(channel: Channel) -> None:
    await withdraw_machines_unheard(channel)
    machine, seats = await channel.sell("Z", 1, "machine"), await channel.sell("Z", 5)
    await channel.network.heal()
    await channel.settle()
    refused = await origin(channel, machine)
    assert refused.refusal == "PRICE_MISSING: Machine has no price on Cloud → Cloud Resell."
    assert refused.provisioned_at is None
    assert (await channel.mirror_of(seats)).quantity == 5
    assert (await origin(channel, seats)).refusal is None
    assert len(await channel.mirrors()) == 1
    assert [await refused_pairs(book) for book in (channel.cloud, channel.resell)] == [1, 1]
    with channel.resell.database.bound():
        [parked] = (await parked_messages(channel.resell.viewer, PageRequest())).rows
        [bond] = (await bonds(channel.resell.viewer, (machine,)))[machine]
    assert parked.reason == bond.refusal == refused.refusal
    assert not bond.in_step


async def test_a_price_that_comes_later_heals_it_without_a_person(channel: Channel) -> None:
    await withdraw_machines_unheard(channel)
    machine = await channel.sell("Z", 1, "machine")
    await channel.network.heal()
    await channel.settle()
    channel.clock.move_to(START.replace(month=8, day=2))
    await publish_at_cloud(channel, prices(channel.cloud.offerings, "30", "0.05"), month=8)
    await channel.settle()
    assert (await origin(channel, machine)).refusal is None
    assert (await channel.mirror_of(machine)).provisioned_at == (await origin(channel, machine)).provisioned_at
    assert [await refused_pairs(book) for book in (channel.cloud, channel.resell)] == [0, 0]
    assert await channel.in_step()


async def test_a_person_may_ask_again_and_is_told_again(channel: Channel) -> None:
    await withdraw_machines_unheard(channel)
    machine = await channel.sell("Z", 1, "machine")
    await channel.network.heal()
    await channel.settle()
    resell = channel.resell
    with resell.database.bound():
        [parked] = (await parked_messages(resell.viewer, PageRequest())).rows
        await resume_outbound(resell.viewer, ResumeOutbound(parked.id), now=channel.now)
    await channel.settle()
    with resell.database.bound():
        assert [again.id for again in (await parked_messages(resell.viewer, PageRequest())).rows] == [parked.id]
    assert (await origin(channel, machine)).refusal is not None


async def test_a_refused_subscription_can_still_be_cancelled(channel: Channel) -> None:
    machine = await channel.sell("Z", 1, "machine")
    await channel.settle()
    await withdraw_machines_unheard(channel)
    await channel.change(machine, 2)
    await channel.network.heal()
    await channel.settle()
    assert (await origin(channel, machine)).refusal is not None
    assert (await channel.mirror_of(machine)).quantity == 1
    await channel.cancel(machine)
    await channel.settle()
    assert (await origin(channel, machine)).refusal is None
    assert await channel.in_step()


SHOWN = (
    "query($account: ID!, $subscription: ID!) { node(id: $subscription) { ... on Subscription { refusal } }"
    " draftInvoice(accountId: $account) { issues { reason } } costToDate(accountId: $account) { issues { reason } }"
    " discrepancies(accountId: $account) { kind message since until } }"
)


async def reasons(channel: Channel, viewer: Viewer, origin_id: UUID) -> set[Any]:
    """What the viewer is told of the refusal, wherever it stands: subscription, draft, cost and discrepancy."""
    given = {
        "account": public(Kind.ACCOUNT, channel.resell.accounts["Z"]),
        "subscription": public(Kind.SUBSCRIPTION, origin_id),
    }
    with channel.resell.database.bound():
        body = await execute(SHOWN, viewer, channel.clock, given)
    assert "errors" not in body, body
    data = body["data"]
    issues = [issue for each in (*data["draftInvoice"], *data["costToDate"]) for issue in each["issues"]]
    assert len(issues) == 2
    [found] = data["discrepancies"]
    assert (found["kind"], found["since"], found["until"]) == ("REFUSED", "2026-07-02T00:00:00Z", None)
    return {data["node"]["refusal"], found["message"], *(issue["reason"] for issue in issues)}


async def test_the_suppliers_words_are_told_to_who_may_see_links_and_others_learn_that_it_did_not_accept(
    channel: Channel,
) -> None:
    """The words name Cloud's edge to Cloud Resell, which is nothing to Z, which buys from Cloud Resell."""
    resell = channel.resell
    await withdraw_machines_unheard(channel)
    machine = await channel.sell("Z", 1, "machine")
    await channel.network.heal()
    await channel.settle()
    channel.clock.move_to(START.replace(month=7, day=10))
    with resell.database.bound():
        path = (await organisations.one(resell.viewer, resell.accounts["Z"])).path
    words = {"PRICE_MISSING: Machine has no price on Cloud → Cloud Resell."}
    neutral = {"the supplier has not accepted the subscription"}
    assert await reasons(channel, resell.viewer, machine) == words
    assert (
        await reasons(channel, replace(resell.viewer, permissions=STANDARD["operations"].permissions), machine) == words
    )
    customer = replace(resell.viewer, permissions=STANDARD["billing_viewer"].permissions, path=path)
    for viewer in (
        customer,
        replace(resell.viewer, path=path),
        replace(resell.viewer, permissions=STANDARD["finance"].permissions),
        replace(resell.viewer, modules=frozenset(Module) - {Module.CHANNEL}),
    ):
        assert await reasons(channel, viewer, machine) == neutral


async def test_what_its_supplier_has_not_heard_of_yet_is_told_too(channel: Channel) -> None:
    channel.network.cut = True
    machine = await channel.sell("Z", 1, "machine")
    given = {"account": public(Kind.ACCOUNT, channel.resell.accounts["Z"])}
    asked = "query($account: ID!) { discrepancies(accountId: $account) { kind message subscription { id } } }"
    with channel.resell.database.bound():
        body = await execute(asked, channel.resell.viewer, channel.clock, given)
    assert body["data"]["discrepancies"] == [
        {
            "kind": "UNANSWERED",
            "message": "the supplier has not answered yet",
            "subscription": {"id": public(Kind.SUBSCRIPTION, machine)},
        }
    ]
    await channel.network.heal()
    await channel.settle()
    with channel.resell.database.bound():
        body = await execute(asked, channel.resell.viewer, channel.clock, given)
    assert body["data"]["discrepancies"] == []
