"""What a distributor keeps for another reseller is neither told to this one nor provided to it; what runs, runs on."""

from __future__ import annotations

from decimal import Decimal

from bss.catalogue import queries as catalogue
from bss.catalogue.update_offering import UpdateOffering, update_offering
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from tests.sync.books import START, prices, publish
from tests.sync.channel import Channel


async def keep_for_another(channel: Channel, offering: str) -> None:
    """Cloud makes the offering private to Other Resell, a reseller beside Cloud Resell."""
    cloud = channel.cloud
    with cloud.database.bound():
        request = CreateAccount(cloud.root_id, AccountKind.RESELLER, "Other Resell", "", "", "")
        other = (await create_account(cloud.viewer, request, now=channel.now)).object_id
        kept = UpdateOffering(cloud.offerings[offering], private_to=(other,))
        await update_offering(cloud.viewer, kept, now=channel.now)
    await channel.settle()


async def open_again(channel: Channel, offering: str) -> None:
    with channel.cloud.database.bound():
        request = UpdateOffering(channel.cloud.offerings[offering], private_to=())
        await update_offering(channel.cloud.viewer, request, now=channel.now)
    await channel.settle()


async def descriptions(channel: Channel) -> set[str]:
    """Of the prices that Cloud Resell received."""
    return set(
        await channel.rows(
            channel.resell,
            "SELECT description FROM price WHERE version_id IN (SELECT id FROM price_version WHERE received)",
            "description",
        )
    )


async def test_prices_of_what_is_private_to_another_are_not_told_until_it_is_open_again(channel: Channel) -> None:
    await keep_for_another(channel, "better")
    cloud = channel.cloud
    with cloud.database.bound():
        better, *_ = (line for line in prices(cloud.offerings, "1.2345", "0.05") if line.charge == "better")
        others = [line for line in prices(cloud.offerings, "33", "0.05") if line.charge != "better"]
        secret = type(better)(*(better.offering_id, better.charge, better.kind, "For Other Resell", better.model))
        await publish(cloud.viewer, cloud.price_list_id, (*others, secret), START.replace(month=7))
        assert secret.offering_id in await catalogue.offerings(cloud.viewer, (secret.offering_id,))
    await channel.settle()
    assert "For Other Resell" not in await descriptions(channel)
    await open_again(channel, "better")
    assert "For Other Resell" in await descriptions(channel)


async def test_a_sale_of_what_is_private_to_another_is_refused_and_an_older_one_goes_on(channel: Channel) -> None:
    older = await channel.sell("Z", 2, "better")
    await channel.settle()
    await keep_for_another(channel, "better")
    newer = await channel.sell("X", 5, "better")
    await channel.tell(change_quantity, ChangeQuantity(older, Decimal(3)))
    await channel.settle()
    origins = {origin.id: origin for origin in (await channel.origins()).values()}
    assert "no offering" in (origins[newer].refusal or "")
    assert [mirror.quantity for mirror in (await channel.mirrors()).values()] == [Decimal(3)]
    assert origins[older].refusal is None
