"""Readings of pairs: how an account or a subscription stands with the other organisation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.value import valued
from bss.viewer import Viewer, requires
from sync.link import Side
from sync.message import Subject


class SyncState(StrEnum):
    """How an object that crosses a link stands: both books say the same, or a word waits, or it was refused."""

    IN_STEP = "in_step"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True)
class Bond:
    """An account's or subscription's pair on its link, as shown beside it.

    `version` is the newest that was captured (at the reseller) or applied (at the distributor),
    `acknowledged_version` the newest that the distributor has. `refusal` is why the newest word was refused.
    """

    subject: Subject
    local_id: UUID
    pair_id: UUID
    link_id: UUID
    side: Side
    peer_name: str
    version: int
    acknowledged_version: int
    refusal: str | None

    @property
    def in_step(self) -> bool:
        """Whether the distributor has everything that was captured here, and refuses nothing."""
        return self.refusal is None and (self.side is Side.DISTRIBUTOR or self.acknowledged_version == self.version)

    @property
    def state(self) -> SyncState:
        """The same in one word."""
        if self.refusal is not None:
            return SyncState.REFUSED
        return SyncState.IN_STEP if self.in_step else SyncState.WAITING


# A pair has no path of its own: it is in scope when the account or the subscription that it binds is.
_BONDS = """
SELECT p.subject, p.local_id, p.pair_id, p.link_id, l.side, l.peer_name, p.version, p.acknowledged_version, p.refusal
FROM pair p JOIN link l ON l.organisation_id = $1 AND l.id = p.link_id
WHERE p.organisation_id = $1 AND p.{column} = ANY($3) AND CASE p.subject
  WHEN 'account' THEN EXISTS (SELECT FROM account a WHERE a.organisation_id = $1 AND a.id = p.local_id
    AND a.path >= $2 AND a.path < $2 || '~')
  WHEN 'subscription' THEN EXISTS (SELECT FROM subscription s WHERE s.organisation_id = $1 AND s.id = p.local_id
    AND s.path >= $2 AND s.path < $2 || '~') END
ORDER BY p.id
"""


@requires(Permission.LINK_VIEW)
async def bonds(viewer: Viewer, local_ids: Collection[UUID]) -> dict[UUID, tuple[Bond, ...]]:
    """The bonds of these accounts and subscriptions in the viewer's scope, by their ids; one statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _BONDS.format(column="local_id"), *(tx.organisation_id, viewer.path, list(local_ids))
        )
    found: dict[UUID, list[Bond]] = {local_id: [] for local_id in local_ids}
    for row in rows:
        found[row["local_id"]].append(_bond_of(row))
    return {local_id: tuple(each) for local_id, each in found.items()}


@requires(Permission.LINK_VIEW)
async def bonds_by_pair(viewer: Viewer, pair_ids: Collection[UUID]) -> dict[UUID, Bond]:
    """The bonds with these pair ids whose account or subscription is in the viewer's scope; one statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _BONDS.format(column="pair_id"), *(tx.organisation_id, viewer.path, list(pair_ids))
        )
    return {row["pair_id"]: _bond_of(row) for row in rows}


_bond_of = valued(Bond, side=Side, subject=Subject)
"""The bond in a row of `_BONDS`."""
