"""The money policy: the named, frozen set of switches under which a document's amounts are made.

Owns: the closed vocabulary of each switch, the policies that have a name, and their stored form. Does not
own: rounding itself (`bss.money`), the counting of days (`bss.tariff.proration`), who chose which policy.

The end day of a charge is always exclusive: whoever reads "to and including the 20th" writes the 21st.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property


class Rounding(StrEnum):
    """Where an exact amount between two minor units goes. Signs are symmetric: -0.005 mirrors 0.005."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    DOWN = "down"
    UP = "up"


class ProrationBase(StrEnum):
    """What a share of a period is counted in."""

    ACTUAL_DAYS = "actual-days"
    FIXED_30_DAYS = "fixed-30-days"
    SECONDS = "seconds"


class FlatFeeAtZero(StrEnum):
    """Whether the first tier's flat fee is due when nothing was used."""

    DUE = "due"
    NOT_DUE = "not-due"


class TierBound(StrEnum):
    """Whether a quantity that equals a tier's upper bound still lies in the tier, or has entered the next."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class LicenceLines(StrEnum):
    """Round the line once, or round the amount of one unit and then multiply it by the quantity."""

    ROUND_LINE = "round-line"
    ROUND_UNIT = "round-unit"


class UnknownPolicy(LookupError):
    """No policy has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no money policy named {name!r}; there are {', '.join(sorted(POLICIES))}")
        self.name = name


class UnreadablePolicy(ValueError):
    """A stored policy has a switch or a choice that this version does not know."""


@dataclass(frozen=True)
class MoneyPolicy:
    """How amounts are made. A document stores it whole: a change of the table changes no old document."""

    name: str
    rounding: Rounding = Rounding.HALF_UP
    proration_base: ProrationBase = ProrationBase.ACTUAL_DAYS
    flat_fee_at_zero: FlatFeeAtZero = FlatFeeAtZero.DUE
    tier_bound: TierBound = TierBound.INCLUSIVE
    licence_lines: LicenceLines = LicenceLines.ROUND_LINE

    @cached_property
    def rounds_unit(self) -> bool:
        """Whether the amount of one unit is rounded before it is multiplied."""
        return self.licence_lines is LicenceLines.ROUND_UNIT

    @cached_property
    def _data(self) -> dict[str, str]:
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    def to_data(self) -> dict[str, str]:
        """The policy as strings. One dict, shared by all explanations: not to be written to."""
        return self._data

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> "MoneyPolicy":
        """Read a stored policy. A switch that is absent did not exist yet, and its default held.

        Raises UnreadablePolicy for a missing name, an unknown switch or an unknown choice.
        """
        if unknown := sorted(data.keys() - SWITCHES.keys() - {"name"}):
            raise UnreadablePolicy(f"unknown switches: {', '.join(unknown)}")
        if not data.get("name"):
            raise UnreadablePolicy("a policy has a name")
        try:
            chosen = {switch: choices(data[switch]) for switch, choices in SWITCHES.items() if switch in data}
        except ValueError as unknown_choice:
            raise UnreadablePolicy(str(unknown_choice)) from unknown_choice
        return cls(name=data["name"], **chosen)  # type: ignore[arg-type]  # SWITCHES pairs each field with its type


SWITCHES: dict[str, type[StrEnum]] = {
    "rounding": Rounding,
    "proration_base": ProrationBase,
    "flat_fee_at_zero": FlatFeeAtZero,
    "tier_bound": TierBound,
    "licence_lines": LicenceLines,
}

POLICIES: dict[str, MoneyPolicy] = {
    policy.name: policy
    for policy in (
        MoneyPolicy("standard"),
        MoneyPolicy("licence", licence_lines=LicenceLines.ROUND_UNIT),
        # A vendor's reconciliation file cuts usage lines and licence units down to the cent.
        MoneyPolicy("vendor-usage", rounding=Rounding.DOWN),
        MoneyPolicy("vendor-licence", rounding=Rounding.DOWN, licence_lines=LicenceLines.ROUND_UNIT),
        MoneyPolicy("half-even", rounding=Rounding.HALF_EVEN),
        MoneyPolicy("thirty-days", proration_base=ProrationBase.FIXED_30_DAYS),
        MoneyPolicy("by-second", proration_base=ProrationBase.SECONDS),
    )
}


def policy_named(name: str) -> MoneyPolicy:
    """The policy of this name. Raises UnknownPolicy."""
    try:
        return POLICIES[name]
    except KeyError:
        raise UnknownPolicy(name) from None
