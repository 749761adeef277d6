"""What may be sold beside a plan.

Owns: the rule that joins an add-on and its plan. Does not own: whether the plan is in service (`bss.subscriptions`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bss.catalogue.product import Offering, OfferingKind
from bss.refusal import Problem


def add_on_problems(offering: Offering, plan: Offering) -> Iterator[Problem]:
    """What keeps the offering from being sold beside the plan."""
    if offering.kind is not OfferingKind.ADD_ON:
        yield Problem(("offeringId",), f"{offering.name} is no add-on.")
    if offering.supply_link_id != plan.supply_link_id:
        yield Problem(("offeringId",), f"{offering.name} has another supplier than {plan.name}.")
