"""The terms of an edge that decide how and when it is billed.

Owns: which zones, policies and billing days can be agreed on. Does not own: what a policy does (`bss.policy`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bss.period import UnknownZone, zone_named
from bss.policy import POLICIES
from bss.refusal import Problem


def term_problems(zone: str, policy: str, billing_day: int) -> Iterator[Problem]:
    """Everything that keeps an edge from being billed under these terms."""
    try:
        zone_named(zone)
    except UnknownZone:
        yield Problem(("zone",), f"{zone!r} is not an IANA time zone.")
    if policy not in POLICIES:
        yield Problem(("policy",), f"There is no money policy {policy!r}; there are {', '.join(POLICIES)}.")
    if not 1 <= billing_day <= 31:
        yield Problem(("billingDay",), "A billing day is 1 to 31; a shorter month bills on its last day.")
