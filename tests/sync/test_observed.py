"""What comes down the link: hours of usage, once and in their last revision, and the terms of supply."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bss.agreements import queries as agreements
from bss.agreements.edge import EdgeKind
from bss.catalogue import queries as catalogue
from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_product import CreateProduct, create_product
from bss.invoicing.correct_usage import correct_usage
from bss.metering.correction import Correction
from bss.refusal import InvalidInput
from bss.transaction.page import PageRequest
from sync.resend_supply import ResendSupply, resend_supply
from tests.sync.books import START, VCPU_HOURS, Book, prices, publish
from tests.sync.channel import Channel
from tests.sync.usage import hours, record_hour


async def test_hours_reach_the_origin_once_and_a_later_reading_raises_the_revision(channel: Channel) -> None:
    machine = await channel.sell("X", 1, "machine")
    await channel.settle()
    for hour in (0, 1):
        await record_hour(channel, machine, hour, vcpus=4)
    await channel.settle()
    assert await hours(channel, channel.resell) == ["vcpu-hours vm-1 0 4 1 r1", "vcpu-hours vm-1 1 4 1 r1"]
    await record_hour(channel, machine, 1, vcpus=2)
    await record_hour(channel, machine, 1, vcpus=3, resource="vm-2")
    await channel.settle()
    expected = ["vcpu-hours vm-1 0 4 1 r1", "vcpu-hours vm-1 1 6 2 r2", "vcpu-hours vm-2 1 3 1 r1"]
    assert await hours(channel, channel.resell) == expected
    assert await hours(channel, channel.cloud) == expected


async def test_a_correction_at_the_distributor_reaches_the_origin_and_the_reseller_makes_none(channel: Channel) -> None:
    """4 vCPU-hours were 3. An hour has one writer, and the reseller is told who it is."""
    machine = await channel.sell("X", 1, "machine")
    await channel.settle()
    await record_hour(channel, machine, 0, vcpus=4)
    await channel.settle()
    mirror = await channel.mirror_of(machine)
    right = Correction(mirror.id, VCPU_HOURS, "vm-1", START, Decimal(3 * 3_600_000), "A core was removed.")
    with channel.cloud.database.bound():
        await correct_usage(channel.cloud.viewer, right, now=channel.now)
    with channel.resell.database.bound(), pytest.raises(InvalidInput, match="Its distributor measures it"):
        await correct_usage(channel.resell.viewer, replace(right, subscription_id=machine), now=channel.now)
    await channel.settle()
    expected = ["vcpu-hours vm-1 0 3 1 r2"]
    assert await hours(channel, channel.cloud) == await hours(channel, channel.resell) == expected


async def test_hours_that_were_sent_are_not_sent_again(channel: Channel) -> None:
    machine = await channel.sell("X", 1, "machine")
    await channel.settle()
    for hour in range(3):
        await record_hour(channel, machine, hour, vcpus=4)
        await channel.settle()
    sent = await channel.rows(
        channel.cloud, "SELECT body FROM outbound WHERE subject = 'usage' ORDER BY sequence", "body"
    )
    assert len(sent) == 3


async def test_the_reseller_holds_the_terms_at_which_it_buys(channel: Channel) -> None:
    resell = channel.resell
    with resell.database.bound():
        edges = (await agreements.edge_page(resell.viewer, PageRequest())).rows
        [supply] = [edge for edge in edges if edge.kind is EdgeKind.SUPPLY]
        lines = (await catalogue.prices_in_force(resell.viewer, (supply.price_list_id,), START))[supply.price_list_id]
    assert (supply.received, supply.currency, supply.zone, supply.policy, supply.billing_day) == (
        True,
        "EUR",
        "UTC",
        "standard",
        1,
    )
    name = {offering_id: code for code, offering_id in resell.offerings.items()}
    assert {(name[line.offering_id], line.charge, line.model["unit"]) for line in lines} == {
        ("seats", "seat", "30"),
        ("machine", "vcpu", "0.05"),
        ("better", "better", "30"),
        ("support", "support", "30"),
        ("gift", "gift", "0"),
    }


async def test_a_new_version_of_the_distributors_prices_follows_by_itself(channel: Channel) -> None:
    cloud = channel.cloud
    with cloud.database.bound():
        await publish(cloud.viewer, cloud.price_list_id, prices(cloud.offerings, "33", "0.06"), START.replace(month=7))
    await channel.settle()
    assert await seat_prices(channel.resell) == ["30", "33"]


async def test_an_offering_that_is_adopted_late_gets_its_price_when_the_terms_are_sent_again(
    channel: Channel,
) -> None:
    cloud, resell = channel.cloud, channel.resell
    with cloud.database.bound():
        product = (await create_product(cloud.viewer, CreateProduct(cloud.root_id, "new", "New"), now=START)).object_id
        new = (await create_offering(cloud.viewer, CreateOffering(product, "new", "New"), now=START)).object_id
        sheet = prices({**cloud.offerings, "seats": new}, "12", "0.05")
        await publish(cloud.viewer, cloud.price_list_id, sheet, START.replace(month=7))
    await channel.settle()
    assert await seat_prices(resell) == ["30"]
    with resell.database.bound():
        product = (
            await create_product(resell.viewer, CreateProduct(resell.root_id, "new", "New"), now=START)
        ).object_id
        adopted = CreateOffering(product, "new", "New", supply_link_id=resell.link_id, supply_offering_id=new)
        await create_offering(resell.viewer, adopted, now=START)
    with cloud.database.bound():
        await resend_supply(cloud.viewer, ResendSupply(cloud.link_id), now=channel.now)
    await channel.settle()
    assert await seat_prices(resell) == ["30", "12"]


async def seat_prices(book: Book) -> list[str]:
    """The received prices for a seat, by version."""
    with book.database.bound():
        edges = (await agreements.edge_page(book.viewer, PageRequest())).rows
        [supply] = [edge for edge in edges if edge.kind is EdgeKind.SUPPLY]
        versions = (await catalogue.price_versions(book.viewer, (supply.price_list_id,)))[supply.price_list_id]
        lines = await catalogue.prices_of_versions(book.viewer, [version.id for version in versions])
    return [line.model["unit"] for version in versions for line in lines[version.id] if line.charge == "seat"]
