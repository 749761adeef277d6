"""What is changed on an account that has crossed is changed at the distributor, and nothing else of it is."""

from __future__ import annotations

import pytest

from bss.organisations.update_account import UpdateAccount, update_account
from bss.refusal import LockedField
from tests.sync.channel import Channel
from tests.sync.test_mirroring import accounts


async def test_a_changed_account_is_changed_at_the_distributor_but_for_its_legal_address(channel: Channel) -> None:
    await channel.sell("X", 1)
    await channel.settle()
    request = UpdateAccount(channel.resell.accounts["X"], "Ex", "N-9", "ex@x.example", "Kade 1", "Plein 2")
    with channel.resell.database.bound():
        await update_account(channel.resell.viewer, request, now=channel.now)
    await channel.settle()
    mirror = (await accounts(channel.cloud))["Ex"]
    assert (mirror.accounting_number, mirror.email, mirror.billing_address) == ("N-9", "ex@x.example", "Kade 1")
    assert mirror.legal_address == ""
    assert (await accounts(channel.resell))["Ex"].legal_address == "Plein 2"
    sent = await channel.rows(channel.resell, "SELECT convert_from(body, 'UTF8') AS body FROM outbound", "body")
    assert sent
    assert not any("Plein 2" in body for body in sent)


async def test_the_distributor_cannot_change_a_mirrored_account(channel: Channel) -> None:
    await channel.sell("X", 1)
    await channel.settle()
    mirror = (await accounts(channel.cloud))["X"]
    with channel.cloud.database.bound(), pytest.raises(LockedField, match="managed by Cloud Resell"):
        await update_account(channel.cloud.viewer, UpdateAccount(mirror.id, "Mine"), now=channel.now)
