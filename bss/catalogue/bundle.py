"""A bundle: offerings that are sold together, each in a quantity, and all that can be wrong with one.

Owns: the value and the rules of its components. Does not own: prices, which are those of the components
(`bss.catalogue.price_list`), or what a sale makes of it (`bss.subscriptions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from bss.catalogue.add_on import add_on_problems
from bss.catalogue.product import Offering, OfferingKind
from bss.catalogue.quantity import quantity_problems
from bss.refusal import Problem

MOST_COMPONENTS = 50
"""Above every real bundle; a sale writes all of them in one transaction."""


@dataclass(frozen=True)
class Component:
    """An offering, and how much of it is in one bundle."""

    offering_id: UUID
    quantity: Decimal


@dataclass(frozen=True)
class Bundle:
    """What its owner sells together; `path` is the owner's. It never changes: what was sold by it was sold so."""

    id: UUID
    path: str
    owner_id: UUID
    code: str
    name: str
    components: tuple[Component, ...]


def component_problems(components: Sequence[Component], sellable: Mapping[UUID, Offering]) -> Iterator[Problem]:
    """Everything that is wrong with them, at paths such as components.1.quantity.

    `sellable` are the offerings that the owner may sell.
    """
    if not 1 <= len(components) <= MOST_COMPONENTS:
        yield Problem(("components",), f"A bundle has 1 to {MOST_COMPONENTS} components.")
    first_use: dict[UUID, int] = {}
    for index, component in enumerate(components):
        place = ("components", str(index))
        if component.offering_id not in sellable:
            yield Problem((*place, "offeringId"), "There is no such offering.")
        first = first_use.setdefault(component.offering_id, index)
        if first != index:
            yield Problem((*place, "offeringId"), f"components.{first} is this offering already.")
        for problem in quantity_problems(component.quantity):
            yield problem.under(*place)
    # The one that is not known might be the plan.
    if sellable.keys() >= first_use.keys():
        yield from _beside_problems({place: sellable[offering_id] for offering_id, place in first_use.items()})


def _beside_problems(offerings: Mapping[int, Offering]) -> Iterator[Problem]:
    """What is wrong with the add-ons, by their places: each goes beside the one plan of the bundle."""
    plans = [each for each in offerings.values() if each.kind is OfferingKind.PLAN]
    add_ons = {place: each for place, each in offerings.items() if each.kind is OfferingKind.ADD_ON}
    if add_ons and len(plans) != 1:
        yield Problem(("components",), f"A bundle with add-ons has one plan, beside which they go, not {len(plans)}.")
        return
    for place, add_on in add_ons.items():
        for problem in add_on_problems(add_on, plans[0]):
            yield problem.under("components", str(place))
