"""What another organisation alone may change: the fields of mirrored objects, by the names that the API has for them.

Owns: the names, for forms that show a field as locked. Does not own: the lock, which the database holds by row
(`bss/migrations/0002_guards.py`) and commands tell (`LockedField`).
"""

from __future__ import annotations

LOCKED_FIELDS: dict[str, tuple[str, ...]] = {
    "Account": (
        *("name", "kind", "accountingNumber", "email", "billingAddress", "legalAddress"),
        *("parentId", "parent", "closedAt"),
    ),
    "Subscription": (
        *("name", "state", "quantity", "characteristics", "billingCycle", "renewsAutomatically", "termMonths"),
        *("parentId", "predecessorId", "orderReference", "startsAt", "endsAt", "activatedAt", "refusal"),
        *("account", "offering", "timeline", "addOns", "orders"),
    ),
}
"""By type. A service's `provisionedAt` and `removedAt` are written where it runs, also of a mirrored subscription."""
WHO = "Who alone may change lockedFields; null when all is changed here."
WHICH = "Fields that only lockedBy changes; none when all is changed here."


def locked_fields(of_type: str, *, is_locked: bool) -> list[str]:
    """The names of the fields of an object that are locked."""
    return [*LOCKED_FIELDS[of_type]] if is_locked else []
