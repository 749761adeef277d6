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
from bss.subscriptions.cancel_subscription import CancelSubscription
from bss.subscriptions.change_quantity import ChangeQuantity
from bss.subscriptions.create_subscription import CreateSubscription
from schema.node import uuid_of

Value = TypeVar("Value")


@strawberry.input
class CreateSubscriptionInput:
    account_id: strawberry.ID = strawberry.field(description="The account that consumes.")
    offering_id: strawberry.ID
    quantity: Decimal
    name: str = strawberry.field(default="", description="Left out: the offering's.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description="Left out: now.")
    activate: bool = strawberry.field(default=True, description="False: nothing is in service until it is activated.")
    characteristics: JSON = strawberry.field(default_factory=dict, description="An object; decimals as strings.")
    renews_automatically: bool = True
    order_reference: str = strawberry.field(default="", description="Left out: one is made.")


def sale(given: CreateSubscriptionInput) -> CreateSubscription:
    if not isinstance(given.characteristics, dict):
        raise InvalidInput.at("characteristics", "Characteristics are an object.")
    return CreateSubscription(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        offering_id=uuid_of(Kind.OFFERING, given.offering_id, "offeringId"),
        quantity=given.quantity,
        name=given.name,
        starts_at=_said(given.starts_at),
        activate=given.activate,
        characteristics=given.characteristics,
        renews_automatically=given.renews_automatically,
        order_reference=given.order_reference,
    )


@strawberry.input
class ActivateSubscriptionInput:
    subscription_id: strawberry.ID
    at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: now, or the agreed start if that is to come."
    )
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def activation(given: ActivateSubscriptionInput) -> ActivateSubscription:
    return ActivateSubscription(_id(given.subscription_id), _said(given.at), _said(given.expected_version))


@strawberry.input
class ChangeQuantityInput:
    subscription_id: strawberry.ID
    quantity: Decimal
    effective_at: strawberry.Maybe[datetime] = strawberry.field(
        default=None,
        description="Left out: now, or the start if that is to come. Past: needs subscription:backdate.",
    )
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def quantity_change(given: ChangeQuantityInput) -> ChangeQuantity:
    return ChangeQuantity(
        _id(given.subscription_id), given.quantity, _said(given.effective_at), _said(given.expected_version)
    )


@strawberry.input
class CancelSubscriptionInput:
    subscription_id: strawberry.ID
    effective_at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: now, or the end of the term. Past: needs subscription:backdate."
    )
    at_term_end: bool = False
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def cancellation(given: CancelSubscriptionInput) -> CancelSubscription:
    return CancelSubscription(
        _id(given.subscription_id), _said(given.effective_at), given.at_term_end, _said(given.expected_version)
    )


def _id(text: str) -> UUID:
    return uuid_of(Kind.SUBSCRIPTION, text, "subscriptionId")


def _said(given: strawberry.Some[Value] | None) -> Value | None:
    return None if given is None else given.value
