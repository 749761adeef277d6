"""The desired half: what the reseller says about an account and about a subscription.

Owns: the two documents, their data form, and which stretch of a timeline crosses. Pure. Does not own: which
accounts and subscriptions cross (`sync.capture_desired`), or what the distributor makes of them (`sync.apply_account`,
`sync.apply_subscription`).

Prices, invoices, notes and contacts have no field here: they never cross.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bss.canonical import plain
from bss.cycle import Cycle, CycleAnchor, CycleUnit
from bss.organisations.account import AccountKind
from bss.organisations.account_problems import account_text_problems
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.subscription import SubscriptionState
from bss.subscriptions.timeline import Segment, SegmentStatus, Timeline, sound
from bss.text import MOST_NAME
from sync.bounds import UNREADABLE, moment, optional, ordered, refuse, string, truth, unreadable, whole, written
from sync.message import BadShape

MOST_SEGMENTS = 500
_MOST_MONTHS = 1200


@dataclass(frozen=True)
class AccountDocument:
    """An account of the reseller. `parent_pair_id` is None below the reseller's own root."""

    kind: AccountKind
    name: str
    accounting_number: str
    email: str
    billing_address: str
    parent_pair_id: UUID | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> AccountDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            read = cls(
                kind=AccountKind(data["kind"]),
                name=string(data["name"]),
                accounting_number=string(data["accounting_number"]),
                email=string(data["email"]),
                billing_address=string(data["billing_address"]),
                parent_pair_id=optional(UUID, data["parent_pair_id"]),
            )
            refuse(account_text_problems(read.name, read.accounting_number, read.email, read.billing_address))
        except UNREADABLE as fault:
            raise BadShape(unreadable("The account", fault)) from fault
        return read


@dataclass(frozen=True)
class SubscriptionDocument:
    """A subscription of the reseller: its paid timeline, and the nine fields of E25 that are its projection.

    Offerings are the distributor's own, which the reseller's offerings name as their supply. `account_pair_id`
    is None when the reseller itself consumes. `parent_pair_id` is that of the plan beside which an add-on stands, and
    `predecessor_pair_id` that of the subscription that was transferred here.
    """

    account_pair_id: UUID | None
    offering_id: UUID
    state: SubscriptionState
    starts_at: datetime
    ends_at: datetime | None
    activated_at: datetime | None
    renews_automatically: bool
    cycle: Cycle
    quantity: Decimal
    characteristics: Mapping[str, Any]
    order_reference: str
    timeline: Timeline
    term_months: int
    term_anchor: datetime | None
    parent_pair_id: UUID | None
    predecessor_pair_id: UUID | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SubscriptionDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            read = cls(
                account_pair_id=optional(UUID, data["account_pair_id"]),
                offering_id=UUID(data["offering_id"]),
                state=SubscriptionState(data["state"]),
                starts_at=moment(data["starts_at"]),
                ends_at=optional(moment, data["ends_at"]),
                activated_at=optional(moment, data["activated_at"]),
                renews_automatically=truth(data["renews_automatically"]),
                cycle=_cycle(data["cycle"]),
                quantity=ordered(data["quantity"]),
                characteristics=_characteristics(data["characteristics"]),
                order_reference=written("order_reference", data["order_reference"], MOST_NAME),
                timeline=_timeline(data["timeline"]),
                term_months=whole(data["term_months"], 1, _MOST_MONTHS),
                term_anchor=optional(moment, data["term_anchor"]),
                parent_pair_id=optional(UUID, data["parent_pair_id"]),
                predecessor_pair_id=optional(UUID, data["predecessor_pair_id"]),
            )
            read._refuse_unsound()
        except UNREADABLE as fault:
            raise BadShape(unreadable("The subscription", fault)) from fault
        return read

    def _refuse_unsound(self) -> None:
        """Raise `ValueError` where the state and the timeline say different things."""
        if self.state is SubscriptionState.CANCELLED:
            last = self.timeline[-1].effective_to if self.timeline else self.ends_at
            if self.ends_at is None or last is None or last > self.ends_at:
                raise ValueError("what is cancelled has an end, and nothing in service after it")
        elif self.state is not SubscriptionState.CREATED and not self.timeline:
            raise ValueError("what is not cancelled is in service some time")
        if self.ends_at is not None and self.ends_at < self.starts_at:
            raise ValueError("it ends before it starts")


def paid(timeline: Timeline) -> Timeline:
    """The stretch that crosses: what is not in trial. The mirror starts when the subscription became paid."""
    return tuple(segment for segment in timeline if segment.status is not SegmentStatus.TRIAL)


def crosses_from(timeline: Timeline) -> datetime | None:
    """From when on it is no trial: at once (before its start) if it was never in trial; None: it is never more.

    A trial crosses when it becomes paid, and not before. What is free is known where prices are (`sync.crossing`).
    """
    crossing = paid(timeline)
    if not crossing:
        return None
    return crossing[0].effective_from if len(crossing) < len(timeline) else datetime.min.replace(tzinfo=UTC)


def data_of(document: AccountDocument | SubscriptionDocument) -> dict[str, Any]:
    """The document as a message's data."""
    data: dict[str, Any] = plain(document)
    return data


def _timeline(found: list[dict[str, Any]]) -> Timeline:
    if not isinstance(found, list) or len(found) > MOST_SEGMENTS:
        raise ValueError(f"a timeline is a list of at most {MOST_SEGMENTS} segments")
    timeline = tuple(
        Segment(
            offering_id=UUID(item["offering_id"]),
            status=SegmentStatus(item["status"]),
            quantity=ordered(item["quantity"]),
            characteristics=_characteristics(item["characteristics"]),
            cycle=_cycle(item["cycle"]),
            effective_from=moment(item["effective_from"]),
            effective_to=optional(moment, item["effective_to"]),
        )
        for item in found
    )
    if not sound(timeline):
        raise ValueError("segments overlap or are out of order")
    if paid(timeline) != timeline:
        raise ValueError("a trial does not cross")
    return timeline


def _cycle(found: Mapping[str, Any]) -> Cycle:
    cycle = Cycle(whole(found["length"], 1), CycleUnit(found["unit"]), CycleAnchor(found["anchor"]))
    if cycle.problem is not None:
        raise ValueError(cycle.problem)
    return cycle


def _characteristics(found: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise TypeError("characteristics are an object")
    refuse(characteristics_problems(found))
    return found
