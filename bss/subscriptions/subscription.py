"""A subscription: what an account bought, its state, and which verb leads from which state to which.

Owns: the states, the one transition table, and what a subscription shows at a glance. Does not own: its
history (`bss.subscriptions.timeline`), prices (`bss.agreements`), or the service itself (`bss.provisioning`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bss.catalogue.product import Offering
from bss.cycle import Cycle
from bss.period import Period, term
from bss.refusal import LockedField, WrongState


class SubscriptionState(StrEnum):
    """Where the sale stands. What is in service at an instant, the timeline says.

    `ACTIVE` may start in the future. `CANCELLED` means that the end is agreed: the service runs until `ends_at`.
    """

    CREATED = "created"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    """What a person may do to a subscription, in words that fit before its name."""

    CREATE = "create"
    ACTIVATE = "activate"
    CHANGE_QUANTITY = "change the quantity of"
    CHANGE_OFFERING = "change the offering of"
    CHANGE_CHARACTERISTICS = "change the characteristics of"
    EXTEND_TRIAL = "extend the trial of"
    CONVERT_TRIAL = "convert the trial of"
    SUSPEND = "suspend"
    RESUME = "resume"
    SET_RENEWAL = "set the renewal of"
    RENEW = "renew"
    ALIGN_TERM = "align the term of"
    TRANSFER = "transfer"
    CANCEL = "cancel"
    MIRROR = "mirror"


TRANSITIONS: dict[tuple[SubscriptionState, Verb], SubscriptionState] = {
    (SubscriptionState.CREATED, Verb.ACTIVATE): SubscriptionState.ACTIVE,
    (SubscriptionState.CREATED, Verb.CANCEL): SubscriptionState.CANCELLED,
    (SubscriptionState.ACTIVE, Verb.CHANGE_QUANTITY): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.CHANGE_OFFERING): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.CHANGE_CHARACTERISTICS): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.EXTEND_TRIAL): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.CONVERT_TRIAL): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.SUSPEND): SubscriptionState.SUSPENDED,
    (SubscriptionState.ACTIVE, Verb.SET_RENEWAL): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.RENEW): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.ALIGN_TERM): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Verb.TRANSFER): SubscriptionState.CANCELLED,
    (SubscriptionState.ACTIVE, Verb.CANCEL): SubscriptionState.CANCELLED,
    (SubscriptionState.SUSPENDED, Verb.TRANSFER): SubscriptionState.CANCELLED,
    (SubscriptionState.SUSPENDED, Verb.RESUME): SubscriptionState.ACTIVE,
    (SubscriptionState.SUSPENDED, Verb.CANCEL): SubscriptionState.CANCELLED,
}
"""The whole life of a subscription; what does not stand here is refused."""

NOT_OF_ASSETS = frozenset(
    {
        *(Verb.CHANGE_QUANTITY, Verb.CHANGE_OFFERING, Verb.EXTEND_TRIAL, Verb.CONVERT_TRIAL, Verb.SUSPEND, Verb.RESUME),
        *(Verb.SET_RENEWAL, Verb.RENEW, Verb.ALIGN_TERM),
    }
)
"""An asset is bought once and for ever: it is activated, described, handed on or given back; more is bought anew."""


def after(state: SubscriptionState, verb: Verb) -> SubscriptionState:
    """The state that the verb leads to. Raises `WrongState`, naming the verb and the state."""
    following = TRANSITIONS.get((state, verb))
    if following is None:
        raise WrongState(f"One cannot {verb} a subscription that is {state}.")
    return following


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What a subscription shows at a glance, beside its timeline; the columns that its writer decides.

    `offering_id`, `quantity`, `characteristics` and `cycle` are those in effect when it was last
    written: a change that was scheduled shows in the timeline at its instant, and here with the next write.
    `path` is the account's. `ends_at` is set by a cancellation, or by a term that is not renewed; it equals
    `starts_at` when the service never began. Terms of `term_months` are counted from `term_anchor`, or from the
    start. `parent_id`: the plan that this is an add-on of; `predecessor_id`: the subscription that was transferred
    here. `mirrored`: the copy of an origin that the organisation `managed_by` alone may change.
    """

    path: str
    account_id: UUID
    offering_id: UUID
    name: str
    state: SubscriptionState
    quantity: Decimal
    characteristics: Mapping[str, object]
    cycle: Cycle
    renews_automatically: bool
    order_reference: str
    starts_at: datetime
    ends_at: datetime | None = None
    activated_at: datetime | None = None
    term_months: int = 1
    term_anchor: datetime | None = None
    parent_id: UUID | None = None
    predecessor_id: UUID | None = None
    mirrored: bool = False
    managed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Subscription(Projection):
    """A stored subscription: its projection, and what others write.

    `provisioned_at`, `removed_at` and `refusal` are facts from provisioning; `version` rises with each write
    of the timeline or the projection.
    """

    id: UUID
    provisioned_at: datetime | None
    removed_at: datetime | None
    refusal: str | None
    version: int
    created_at: datetime

    def term(self, at: datetime, zone: str) -> Period:
        """The term that contains the instant; before the start, the first one."""
        anchor = self.term_anchor or self.starts_at
        return term(max(at, anchor), anchor=anchor, months=self.term_months, zone=zone)

    def refuse_if_mirrored(self) -> None:
        """Raise `LockedField` when the subscription belongs to another organisation's BSS."""
        if self.mirrored:
            raise LockedField(f"The subscription {self.name!r}", self.managed_by)


def within_window(subscription: Subscription, offering: Offering, at: datetime, zone: str) -> bool:
    """Whether a term has begun so recently that the subscription may be cancelled at once; without a window, always."""
    if offering.cancellation_days is None:
        return True
    begun = subscription.term(at, zone).start
    if subscription.predecessor_id is None:
        begun = max(begun, subscription.starts_at)
    return at <= begun + timedelta(days=offering.cancellation_days)
