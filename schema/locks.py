"""What another organisation alone may change: the fields of mirrored objects, by the names that the API has for them.

Owns: the names, for forms that show a field as locked. Does not own: the lock, which the database holds by row
(`bss/migrations/0002_guards.py`) and commands tell (`LockedField`).
"""

from __future__ import annotations

import strawberry

from schema.size import sized

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


@strawberry.type
class Lockable:
    """What may be the mirror of another organisation's."""

    mirrored: strawberry.Private[bool]
    managed_by: strawberry.Private[str | None]

    @strawberry.field(description="Who alone may change lockedFields; null when all is changed here.")
    def locked_by(self) -> str | None:
        return self.managed_by if self.mirrored else None

    @strawberry.field(
        description="Fields that only lockedBy changes; none when all is changed here.", directives=sized(10)
    )
    def locked_fields(self) -> list[str]:
        return [*LOCKED_FIELDS[type(self).__name__]] if self.mirrored else []
