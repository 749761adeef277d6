"""Billing cycles in GraphQL, as they are read and as they are given.

Owns: the two types. Does not own: where a cycle begins (`bss.cycle`).
"""

from __future__ import annotations

from functools import cache

import strawberry

from bss import cycle as domain

strawberry.enum(domain.CycleUnit, description="What the length of a cycle counts.")
strawberry.enum(
    domain.CycleAnchor,
    description="Where cycles begin. By the CALENDAR months and years begin on the edge's billing day and weeks on"
    " Mondays; several weeks or days are counted from Monday, 1 January of the year 1. By the ANNIVERSARY all begin on"
    " the day on which the subscription was first paid for.",
)


@strawberry.type(description="For how long a recurring charge pays at a time, and where such times begin.")
class BillingCycle:
    length: int = strawberry.field(description="How many units; ten years at most.")
    unit: domain.CycleUnit
    anchor: domain.CycleAnchor

    @staticmethod
    @cache
    def of(cycle: domain.Cycle) -> BillingCycle:
        """One object serves all who have the cycle: nothing in it is written to."""
        return BillingCycle(length=cycle.length, unit=cycle.unit, anchor=cycle.anchor)


@strawberry.input(description="One month by the calendar, where nothing else is said.")
class BillingCycleInput:
    length: int = 1
    unit: domain.CycleUnit = domain.CycleUnit.MONTH
    anchor: domain.CycleAnchor = domain.CycleAnchor.CALENDAR

    def cycle(self) -> domain.Cycle:
        return domain.Cycle(self.length, self.unit, self.anchor)
