"""The desired half: what the reseller says about an account and about a subscription.

Owns: the two documents, their data form, and which stretch of a timeline crosses. Pure. Does not own: which
accounts and subscriptions cross (`sync.capture_desired`), or what the distributor makes of them (`sync.apply_account`,
`sync.apply_subscription`).

Prices, invoices, notes and contacts have no field here: they never cross.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from bss.canonical import instant, plain
from bss.organisations.account import AccountKind
from bss.subscriptions.subscription import SubscriptionState
from bss.subscriptions.timeline import Segment, SegmentStatus, Timeline, sound
from sync.message import BadShape


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
            return cls(
                kind=AccountKind(data["kind"]),
                name=str(data["name"]),
                accounting_number=str(data["accounting_number"]),
                email=str(data["email"]),
                billing_address=str(data["billing_address"]),
                parent_pair_id=_optional(UUID, data["parent_pair_id"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
            raise BadShape(f"The account cannot be read: {unreadable!r}.") from unreadable


@dataclass(frozen=True)
class SubscriptionDocument:
    """A subscription of the reseller: its paid timeline, and the nine fields of E25 that are its projection.

    Offerings are the distributor's own, which the reseller's offerings name as their supply. `account_pair_id`
    is None when the reseller itself consumes.
    """

    account_pair_id: UUID | None
    offering_id: UUID
    state: SubscriptionState
    starts_at: datetime
    ends_at: datetime | None
    activated_at: datetime | None
    renews_automatically: bool
    cycle_months: int
    quantity: Decimal
    characteristics: Mapping[str, Any]
    order_reference: str
    timeline: Timeline

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SubscriptionDocument:
        """The document in a message's data. Raises `BadShape`."""
        try:
            return cls(
                account_pair_id=_optional(UUID, data["account_pair_id"]),
                offering_id=UUID(data["offering_id"]),
                state=SubscriptionState(data["state"]),
                starts_at=instant(data["starts_at"]),
                ends_at=_optional(instant, data["ends_at"]),
                activated_at=_optional(instant, data["activated_at"]),
                renews_automatically=bool(data["renews_automatically"]),
                cycle_months=int(data["cycle_months"]),
                quantity=Decimal(data["quantity"]),
                characteristics=dict(data["characteristics"]),
                order_reference=str(data["order_reference"]),
                timeline=_timeline(data["timeline"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as unreadable:
            raise BadShape(f"The subscription cannot be read: {unreadable!r}.") from unreadable


def paid(timeline: Timeline) -> Timeline:
    """The stretch that crosses: what is not in trial. The mirror starts when the subscription became paid."""
    return tuple(segment for segment in timeline if segment.status is not SegmentStatus.TRIAL)


def data_of(document: AccountDocument | SubscriptionDocument) -> dict[str, Any]:
    """The document as a message's data."""
    data: dict[str, Any] = plain(document)
    return data


def _timeline(found: list[dict[str, Any]]) -> Timeline:
    timeline = tuple(
        Segment(
            offering_id=UUID(item["offering_id"]),
            status=SegmentStatus(item["status"]),
            quantity=Decimal(item["quantity"]),
            characteristics=dict(item["characteristics"]),
            cycle_months=int(item["cycle_months"]),
            effective_from=instant(item["effective_from"]),
            effective_to=_optional(instant, item["effective_to"]),
        )
        for item in found
    )
    if not sound(timeline):
        raise ValueError("segments overlap or are out of order")
    return timeline


def _optional(read: Any, found: Any) -> Any:
    return None if found is None else read(found)
