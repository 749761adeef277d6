"""Step at the distributor: answer one version of a subscription.

Owns: the acceptance document of a mirror. Does not own: the decision (`sync.apply_subscription`), or what the
reseller makes of the answer (`sync.apply_acceptance`).
"""

from __future__ import annotations

from datetime import datetime

from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.subscriptions import queries as subscriptions
from bss.transaction.begin import Transaction
from sync.link import Link
from sync.message import Subject
from sync.observed import AcceptanceDocument, data_of
from sync.outbound import put
from sync.pair import Pair


async def answer_subscription(
    tx: Transaction, link: Link, pair: Pair, version: int, *, refusal: str | None, now: datetime
) -> None:
    """Put the acceptance, or the refusal with its reason, on its way, with what the mirror's service is now."""
    mirror = (await subscriptions.many(tx.viewer, (pair.local_id,))).get(pair.local_id)
    document = AcceptanceDocument(
        desired_version=version,
        refusal=refusal,
        provisioned_at=None if mirror is None else mirror.provisioned_at,
        removed_at=None if mirror is None else mirror.removed_at,
    )
    await put(tx, link.id, Subject.ACCEPTANCE, pair.pair_id, document.version, data_of(document), now=now)
    await enqueue(tx, JobKind.SYNC_DELIVER, str(link.id), now=now)
