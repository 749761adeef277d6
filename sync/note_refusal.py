"""Step: note that a message was refused, where a person will look for it.

Owns: the reason on the pair, and the answer to a refused subscription. Does not own: the result that the sender gets
at once (`sync.receive`).
"""

from __future__ import annotations

from datetime import datetime

from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.answer_subscription import answer_subscription
from sync.link import Link, Side
from sync.message import HALF, Half, Message, Subject


async def note_refusal(tx: Transaction, link: Link, message: Message, reason: str, now: datetime) -> None:
    """Note the reason on the pair of a desired half; what was accepted of it before stays as it is.

    A message from the wrong side or about another's pair leaves nothing but its result.
    """
    if HALF[message.subject] is not Half.DESIRED or link.side is not Side.DISTRIBUTOR:
        return
    try:
        pair = await pairs.adopted(tx, link.id, message.subject, message.pair_id, now)
    except pairs.PairOfAnother:
        return
    await pairs.refuse(tx, pair, reason, now=now)
    if message.subject is Subject.SUBSCRIPTION:
        await answer_subscription(tx, link, pair, message.version, refusal=reason, now=now)
