"""Inputs of the subscriptions' mutations, and the requests that they become.

An instant that may be left out is a `Maybe`: absent has a meaning of its own (now, or the agreed start), and an
explicit null has none and is refused.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from bss.identifier import Kind
from bss.refusal import InvalidInput
from bss.subscriptions.activate_subscription import ActivateSubscription
from bss.subscriptions.add_add_on import AddAddOn
from bss.subscriptions.align_term import AlignTerm
from bss.subscriptions.cancel_subscription import CancelSubscription
from bss.subscriptions.change_characteristics import ChangeCharacteristics
from bss.subscriptions.change_offering import ChangeOffering
from bss.subscriptions.change_quantity import ChangeQuantity
from bss.subscriptions.create_subscription import CreateSubscription
from bss.subscriptions.end_trial import ConvertTrial, ExtendTrial
from bss.subscriptions.renew_subscription import RenewSubscription
from bss.subscriptions.resume_subscription import ResumeSubscription
from bss.subscriptions.set_renewal import SetRenewal
from bss.subscriptions.suspend_subscription import SuspendSubscription
from bss.subscriptions.transfer_subscription import TransferSubscription
from schema.node import uuid_of

Value = TypeVar("Value")
VERSION = "Refuse with CONFLICT when it is at another version."
INSTANT = "Left out: now, or the start if that is to come. Past: needs subscription:backdate."
CHOSEN = "An object: what the offering's characteristics ask for; decimals as strings."
AT_TERM_END = "At the end of the term that runs, instead of at an instant."


@strawberry.input
class CreateSubscriptionInput:
    account_id: strawberry.ID = strawberry.field(description="The account that consumes.")
    offering_id: strawberry.ID
    quantity: Decimal
    name: str = strawberry.field(default="", description="Left out: the offering's.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description="Left out: now.")
    activate: bool = strawberry.field(default=True, description="False: nothing is in service until it is activated.")
    characteristics: strawberry.Maybe[JSON] = strawberry.field(default=None, description=CHOSEN)
    renews_automatically: bool = True
    order_reference: str = strawberry.field(default="", description="Left out: one is made.")
    trial: bool = strawberry.field(default=False, description="Tried first, for as many days as the offering says.")


def sale(given: CreateSubscriptionInput) -> CreateSubscription:
    return CreateSubscription(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        offering_id=uuid_of(Kind.OFFERING, given.offering_id, "offeringId"),
        quantity=given.quantity,
        name=given.name,
        starts_at=_said(given.starts_at),
        activate=given.activate,
        characteristics=_chosen(given.characteristics),
        renews_automatically=given.renews_automatically,
        order_reference=given.order_reference,
        trial=given.trial,
    )


@strawberry.input
class ActivateSubscriptionInput:
    subscription_id: strawberry.ID
    at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: now, or the agreed start if that is to come."
    )
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def activation(given: ActivateSubscriptionInput) -> ActivateSubscription:
    return ActivateSubscription(_id(given.subscription_id), _said(given.at), _said(given.expected_version))


@strawberry.input
class ChangeQuantityInput:
    subscription_id: strawberry.ID
    quantity: Decimal
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    at_term_end: bool = strawberry.field(default=False, description=AT_TERM_END)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def quantity_change(given: ChangeQuantityInput) -> ChangeQuantity:
    return ChangeQuantity(
        *(_id(given.subscription_id), given.quantity, _said(given.effective_at), _said(given.expected_version)),
        at_term_end=given.at_term_end,
    )


@strawberry.input
class ChangeCharacteristicsInput:
    subscription_id: strawberry.ID
    characteristics: JSON = strawberry.field(description="Those that change; null takes one away.")
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def characteristics_change(given: ChangeCharacteristicsInput) -> ChangeCharacteristics:
    return ChangeCharacteristics(
        *(_id(given.subscription_id), chosen_object(given.characteristics)),
        *(_said(given.effective_at), _said(given.expected_version)),
    )


@strawberry.input
class ChangeOfferingInput:
    subscription_id: strawberry.ID
    offering_id: strawberry.ID
    quantity: strawberry.Maybe[Decimal] = strawberry.field(default=None, description="Left out: as it is.")
    characteristics: strawberry.Maybe[JSON] = strawberry.field(
        default=None, description="All of them; left out: as they are."
    )
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    at_term_end: bool = strawberry.field(default=False, description=AT_TERM_END)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def offering_change(given: ChangeOfferingInput) -> ChangeOffering:
    return ChangeOffering(
        _id(given.subscription_id),
        uuid_of(Kind.OFFERING, given.offering_id, "offeringId"),
        *(_said(given.quantity), _said(given.effective_at), given.at_term_end, _said(given.expected_version)),
        characteristics=None if given.characteristics is None else chosen_object(given.characteristics.value),
    )


@strawberry.input
class AddAddOnInput:
    subscription_id: strawberry.ID = strawberry.field(description="The plan.")
    offering_id: strawberry.ID
    quantity: Decimal
    name: str = strawberry.field(default="", description="Left out: made from the plan's and the offering's.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    characteristics: strawberry.Maybe[JSON] = strawberry.field(default=None, description=CHOSEN)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def add_on_sale(given: AddAddOnInput) -> AddAddOn:
    return AddAddOn(
        _id(given.subscription_id),
        uuid_of(Kind.OFFERING, given.offering_id, "offeringId"),
        *(given.quantity, _said(given.starts_at), given.name, _said(given.expected_version)),
        characteristics=_chosen(given.characteristics),
    )


@strawberry.input
class ConvertTrialInput:
    subscription_id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def conversion(given: ConvertTrialInput) -> ConvertTrial:
    return ConvertTrial(_id(given.subscription_id), _said(given.expected_version))


@strawberry.input
class ExtendTrialInput:
    subscription_id: strawberry.ID
    until: datetime
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def extension(given: ExtendTrialInput) -> ExtendTrial:
    return ExtendTrial(_id(given.subscription_id), given.until, _said(given.expected_version))


@strawberry.input
class SuspendSubscriptionInput:
    subscription_id: strawberry.ID
    reason: str
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def suspension(given: SuspendSubscriptionInput) -> SuspendSubscription:
    return SuspendSubscription(
        _id(given.subscription_id), given.reason, _said(given.effective_at), _said(given.expected_version)
    )


@strawberry.input
class ResumeSubscriptionInput:
    subscription_id: strawberry.ID
    reason: str = ""
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def resumption(given: ResumeSubscriptionInput) -> ResumeSubscription:
    return ResumeSubscription(
        _id(given.subscription_id), given.reason, _said(given.effective_at), _said(given.expected_version)
    )


@strawberry.input
class SetRenewalInput:
    subscription_id: strawberry.ID
    renews_automatically: bool = strawberry.field(description="False: it expires at the end of the term that runs.")
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def renewal_setting(given: SetRenewalInput) -> SetRenewal:
    return SetRenewal(_id(given.subscription_id), given.renews_automatically, _said(given.expected_version))


@strawberry.input
class RenewSubscriptionInput:
    subscription_id: strawberry.ID
    terms: int = 1
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def renewal(given: RenewSubscriptionInput) -> RenewSubscription:
    return RenewSubscription(_id(given.subscription_id), given.terms, _said(given.expected_version))


@strawberry.input
class AlignTermInput:
    subscription_id: strawberry.ID
    with_subscription_id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def alignment(given: AlignTermInput) -> AlignTerm:
    other = uuid_of(Kind.SUBSCRIPTION, given.with_subscription_id, "withSubscriptionId")
    return AlignTerm(_id(given.subscription_id), other, _said(given.expected_version))


@strawberry.input
class TransferSubscriptionInput:
    subscription_id: strawberry.ID
    account_id: strawberry.ID = strawberry.field(description="The account that takes it.")
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    reason: str = ""
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)


def transfer(given: TransferSubscriptionInput) -> TransferSubscription:
    return TransferSubscription(
        _id(given.subscription_id),
        uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        *(_said(given.effective_at), given.reason, _said(given.expected_version)),
    )


@strawberry.input
class CancelSubscriptionInput:
    subscription_id: strawberry.ID
    effective_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description=INSTANT)
    at_term_end: bool = strawberry.field(default=False, description=AT_TERM_END)
    expected_version: strawberry.Maybe[int] = strawberry.field(default=None, description=VERSION)
    reason: str = ""


def cancellation(given: CancelSubscriptionInput) -> CancelSubscription:
    return CancelSubscription(
        *(_id(given.subscription_id), _said(given.effective_at), given.at_term_end, _said(given.expected_version)),
        reason=given.reason,
    )


def _id(text: str) -> UUID:
    return uuid_of(Kind.SUBSCRIPTION, text, "subscriptionId")


def chosen_object(given: JSON) -> dict[str, object]:
    """Characteristics that were chosen. Raises `InvalidInput` for what is no object."""
    if not isinstance(given, dict):
        raise InvalidInput.at("characteristics", "Characteristics are an object.")
    return given


def _chosen(given: strawberry.Some[JSON] | None) -> dict[str, object]:
    return {} if given is None else chosen_object(given.value)


def _said(given: strawberry.Some[Value] | None) -> Value | None:
    return None if given is None else given.value
