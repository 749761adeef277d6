"""The refusal to charge a subscription on an edge, with all that speaks against it.

Owns: the exception. Does not own: what becomes of it (`bss.rating.issue`).
"""

from __future__ import annotations


class Unbillable(Exception):
    """A subscription that cannot be charged on an edge, with all the reasons, in words for the operator."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
