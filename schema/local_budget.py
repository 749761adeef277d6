"""Buckets in this process, for one process alone and for while the shared ones cannot be reached.

Owns: buckets and their arithmetic. Does not own: what is poured.
"""

from __future__ import annotations

from collections.abc import Hashable
from time import monotonic_ns
from uuid import UUID

from schema.budget import Bucket, Taken

_MOST_KEPT = 10_000


def _now_milliseconds() -> int:
    return monotonic_ns() // 1_000_000


class LocalBudget:
    """Levels are thousandths of points, so that what leaks in a millisecond is whole."""

    def __init__(self, organisation: Bucket, client: Bucket) -> None:
        self._organisation = organisation
        self._client = client
        self._levels: dict[Hashable, tuple[int, int]] = {}

    async def take(self, organisation_id: UUID, actor_id: UUID, cost: int) -> Taken:
        now = _now_milliseconds()
        buckets = {organisation_id: self._organisation, (organisation_id, actor_id): self._client}
        levels = {key: self._level(key, bucket, now) for key, bucket in buckets.items()}
        over = {key: levels[key] + (cost - bucket.holds) * 1000 for key, bucket in buckets.items()}
        allowed = all(each <= 0 for each in over.values())
        if allowed:
            levels = {key: level + cost * 1000 for key, level in levels.items()}
            self._levels.update({key: (level, now) for key, level in levels.items()})
            self._forget(now)
        left = min(bucket.holds - -(-levels[key] // 1000) for key, bucket in buckets.items())
        wait = max(-(-max(over[key], 0) // bucket.leaks_per_second) for key, bucket in buckets.items())
        empty = max(-(-levels[key] // bucket.leaks_per_second) for key, bucket in buckets.items())
        return Taken(allowed, left, wait, empty)

    def _level(self, key: Hashable, bucket: Bucket, now: int) -> int:
        level, since = self._levels.get(key, (0, now))
        return max(0, level - (now - since) * bucket.leaks_per_second)

    def _forget(self, now: int) -> None:
        """Buckets that have run empty are those that nobody has."""
        if len(self._levels) > _MOST_KEPT:
            slowest = min(self._organisation.leaks_per_second, self._client.leaks_per_second)
            self._levels = {
                key: (level, since) for key, (level, since) in self._levels.items() if level > (now - since) * slowest
            }
