"""What may be done to subscriptions, in GraphQL: every mutation answers with the subscription that it made or changed.

Owns: the list. Does not own: the inputs (`subscription_inputs`), or the type (`subscriptions`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry

from bss.subscriptions import queries
from bss.subscriptions.activate_subscription import activate_subscription
from bss.subscriptions.add_add_on import add_add_on
from bss.subscriptions.align_term import align_term
from bss.subscriptions.cancel_subscription import cancel_subscription
from bss.subscriptions.change_characteristics import change_characteristics
from bss.subscriptions.change_offering import change_offering
from bss.subscriptions.change_quantity import change_quantity
from bss.subscriptions.create_subscription import create_subscription
from bss.subscriptions.end_trial import convert_trial, extend_trial
from bss.subscriptions.renew_subscription import renew_subscription
from bss.subscriptions.resume_subscription import resume_subscription
from bss.subscriptions.set_renewal import set_renewal
from bss.subscriptions.suspend_subscription import suspend_subscription
from bss.subscriptions.transfer_subscription import transfer_subscription
from bss.transaction.command import Command
from schema.declare import mutation, shown
from schema.domains import subscription_inputs as inputs
from schema.domains.subscriptions import Subscription

_SHOWN = shown(queries.many, Subscription)


def _changed(command: Command[Any], input_type: type, request_of: Callable[[Any], Any]) -> Any:
    return mutation(command, input_type=input_type, result=Subscription, request_of=request_of, answer=_SHOWN)


@strawberry.type
class Mutation:
    create_subscription = _changed(create_subscription, inputs.CreateSubscriptionInput, inputs.sale)
    activate_subscription = _changed(activate_subscription, inputs.ActivateSubscriptionInput, inputs.activation)
    change_quantity = _changed(change_quantity, inputs.ChangeQuantityInput, inputs.quantity_change)
    change_characteristics = _changed(
        change_characteristics, inputs.ChangeCharacteristicsInput, inputs.characteristics_change
    )
    change_offering = _changed(change_offering, inputs.ChangeOfferingInput, inputs.offering_change)
    add_add_on = _changed(add_add_on, inputs.AddAddOnInput, inputs.add_on_sale)
    convert_trial = _changed(convert_trial, inputs.ConvertTrialInput, inputs.conversion)
    extend_trial = _changed(extend_trial, inputs.ExtendTrialInput, inputs.extension)
    suspend_subscription = _changed(suspend_subscription, inputs.SuspendSubscriptionInput, inputs.suspension)
    resume_subscription = _changed(resume_subscription, inputs.ResumeSubscriptionInput, inputs.resumption)
    set_renewal = _changed(set_renewal, inputs.SetRenewalInput, inputs.renewal_setting)
    renew_subscription = _changed(renew_subscription, inputs.RenewSubscriptionInput, inputs.renewal)
    align_term = _changed(align_term, inputs.AlignTermInput, inputs.alignment)
    transfer_subscription = _changed(transfer_subscription, inputs.TransferSubscriptionInput, inputs.transfer)
    cancel_subscription = _changed(cancel_subscription, inputs.CancelSubscriptionInput, inputs.cancellation)
