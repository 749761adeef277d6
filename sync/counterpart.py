"""Step: find the local object behind a pair that another message depends on.

Owns: the difference between what has not arrived yet and what was refused. Does not own: pairs (`sync.pair`).
"""

from __future__ import annotations

from uuid import UUID

from bss.organisations import queries as organisations
from bss.organisations.account import Account
from bss.refusal import Refusal
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.link import Link
from sync.message import Subject


class WaitsFor(Exception):
    """The message needs another one that has not arrived: it is to be sent again later."""


class AccountRefused(Refusal):
    code = "SYNC_ACCOUNT_REFUSED"
    meaning = "The account that the message belongs to was refused before; once that one is accepted, send this again."


class SubscriptionRefused(Refusal):
    code = "SYNC_SUBSCRIPTION_REFUSED"
    meaning = "The plan or the predecessor that the message names was refused before; once it is accepted, send again."


async def mirrored_subscription(tx: Transaction, link: Link, pair_id: UUID | None) -> UUID | None:
    """The id of the mirror behind a pair that a subscription names; None without a pair.

    Raises `WaitsFor` when it has not arrived, `SubscriptionRefused` when it was refused and never applied.
    """
    if pair_id is None:
        return None
    pair = await pairs.named(tx, link.id, Subject.SUBSCRIPTION, pair_id)
    if pair is None or (pair.version == 0 and pair.refusal is None):
        raise WaitsFor(f"the subscription {pair_id}")
    if pair.version == 0:
        raise SubscriptionRefused(f"The subscription was refused: {pair.refusal}")
    return pair.local_id


async def mirrored_account(tx: Transaction, link: Link, pair_id: UUID | None) -> Account:
    """The mirror of the reseller's account, or, without a pair, the reseller's own account at the distributor.

    Raises `WaitsFor` when the account has not arrived, `AccountRefused` when it was refused and never applied.
    """
    if pair_id is None:
        return await organisations.one(tx.viewer, link.account_id)
    pair = await pairs.named(tx, link.id, Subject.ACCOUNT, pair_id)
    if pair is None or (pair.version == 0 and pair.refusal is None):
        raise WaitsFor(f"the account {pair_id}")
    if pair.version == 0:
        raise AccountRefused(f"The account was refused: {pair.refusal}")
    return await organisations.one(tx.viewer, pair.local_id)
