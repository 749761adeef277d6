"""The job bodies that put what changed on its way: one list of them, for whoever runs jobs.

Owns: the list. Does not own: the bodies, which stand with the half that they write.
"""

from __future__ import annotations

from sync.capture_desired import await_payment, capture_account, capture_subscription
from sync.capture_paid import capture_paid
from sync.capture_supply import capture_supply
from sync.capture_usage import capture_usage

__all__ = [
    "await_payment",
    "capture_account",
    "capture_paid",
    "capture_subscription",
    "capture_supply",
    "capture_usage",
]
