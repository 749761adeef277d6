"""How a sale stands with the other books, as the reseller's screen shows it: waiting, in step, refused."""

from __future__ import annotations

from schema.execution import execute
from tests.sync.channel import Channel
from tests.sync.test_refusals import withdraw_machines_unheard

STANDING = """
{ channelExport { subscriptions { name mirrored syncState syncRefusal } } }
"""


async def standings(channel: Channel) -> dict[str, tuple[str | None, str | None]]:
    with channel.resell.database.bound():
        body = await execute(STANDING, channel.resell.viewer, channel.clock)
    assert "errors" not in body
    found = body["data"]["channelExport"]["subscriptions"]
    assert not any(each["mirrored"] for each in found)
    return {each["name"]: (each["syncState"], each["syncRefusal"]) for each in found}


async def test_a_sale_waits_is_in_step_or_is_refused_with_its_reason(channel: Channel) -> None:
    await withdraw_machines_unheard(channel)
    await channel.sell("Z", 1, "machine")
    await channel.sell("Z", 5)
    assert await standings(channel) == {"Machine": (None, None), "Seats": (None, None)}
    await channel.attend()
    assert await standings(channel) == {"Machine": ("WAITING", None), "Seats": ("WAITING", None)}
    await channel.network.heal()
    await channel.settle()
    assert await standings(channel) == {
        "Machine": ("REFUSED", "PRICE_MISSING: Machine has no price on Cloud → Cloud Resell."),
        "Seats": ("IN_STEP", None),
    }
