"""From rows to values: the one mapping of subscriptions, segments and orders.

Owns: which columns are read, and their order. Does not own: any statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
from asyncpg import Record

from bss.cycle import cycle_of
from bss.provisioning.told import hears, told
from bss.subscriptions.order import RecordedOrder
from bss.subscriptions.subscription import Subscription, SubscriptionState, Verb
from bss.subscriptions.timeline import Segment, SegmentStatus
from bss.transaction.value import valued
from bss.viewer import Viewer

SUBSCRIPTION_COLUMNS = (
    "id, path, account_id, offering_id, name, state, quantity, characteristics, cycle,"
    " renews_automatically, order_reference, starts_at, ends_at, activated_at, provisioned_at, removed_at,"
    " term_months, term_anchor, parent_id, predecessor_id, mirrored, managed_by, refusal, version, created_at"
)
SEGMENT_COLUMNS = "offering_id, status, quantity, characteristics, cycle, effective_from, effective_to"

ORDER_COLUMNS = "id, subscription_id, version, verb, actor_name, reason, effective_at, recorded_at"


subscription_of = valued(Subscription, state=SubscriptionState, cycle=cycle_of, characteristics=orjson.loads)
"""The subscription in a row of `SUBSCRIPTION_COLUMNS`."""


def shown_to(viewer: Viewer) -> Callable[[Record], Subscription]:
    """The mapping of `SUBSCRIPTION_COLUMNS` for this viewer, who may not be told a supplier's words."""
    if hears(viewer):
        return subscription_of

    def shown(row: Record) -> Subscription:
        found = subscription_of(row)
        return found if found.refusal is None else replace(found, refusal=told(viewer, found.refusal))

    return shown


def segment_of(row: Record) -> Segment:
    """The segment in a row that has `SEGMENT_COLUMNS` among its own."""
    return Segment(
        row["offering_id"],
        SegmentStatus(row["status"]),
        row["quantity"],
        orjson.loads(row["characteristics"]),
        cycle_of(row["cycle"]),
        row["effective_from"],
        row["effective_to"],
    )


def order_of(row: Record) -> RecordedOrder:
    """The order in a row of `ORDER_COLUMNS`."""
    return RecordedOrder(**{**dict(row), "verb": Verb[row["verb"].upper()]})
