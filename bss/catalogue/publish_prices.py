"""Publish a version of a price list."""

from __future__ import annotations

from datetime import datetime

from bss.catalogue.new_price import NewPrice
from bss.catalogue.write_version import PublishPrices, lock_latest, own_list, version_problems, write_version
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

__all__ = ["NewPrice", "PublishPrices", "publish_prices"]


@command("publishPrices", requires=Permission.PRICE_MANAGE, refuses=(NotFound, LockedField))
async def publish_prices(tx: Transaction, request: PublishPrices, now: datetime) -> Outcome:
    """Publish an immutable version; it prices the billing periods that start while it is in force."""
    target = await own_list(tx, request.price_list_id)
    latest = await lock_latest(tx, target)
    if problems := await version_problems(tx, target, request, latest):
        raise InvalidInput(problems)
    return Outcome(await write_version(tx, target, request, latest, now))
