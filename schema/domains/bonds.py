"""How an account or a subscription stands with the other organisation, shown beside it.

Owns: the one type. Does not own: the links themselves (`schema.domains.sync`).
"""

from __future__ import annotations

from uuid import UUID

import strawberry

from bss.identifier import Kind
from schema.asking import Info
from schema.node import Node, findable, id_of
from sync import queries
from sync.link import Side
from sync.message import Subject

strawberry.enum(Side, name="LinkSide", description="Which end of a link an organisation is.")


_KINDS = {Subject.ACCOUNT: Kind.ACCOUNT, Subject.SUBSCRIPTION: Kind.SUBSCRIPTION}


@strawberry.type(
    description="The one-to-one bond of an object with its counterpart; its id is the same in both organisations."
)
class Bond(Node):
    local_id: strawberry.ID = strawberry.field(description="Of the account or the subscription here.")
    link_id: strawberry.ID
    side: Side = strawberry.field(description="This organisation's.")
    peer_name: str
    version: int = strawberry.field(description="The newest that was captured or applied here.")
    acknowledged_version: int = strawberry.field(description="The newest that the distributor has.")
    refusal: str | None = strawberry.field(description="Why the newest word was refused.")
    in_step: bool = strawberry.field(description="Whether the distributor has everything and refuses nothing.")

    @classmethod
    def of(cls, bond: queries.Bond) -> Bond:
        return cls(
            id=id_of(Kind.PAIR, bond.pair_id),
            local_id=id_of(_KINDS[bond.subject], bond.local_id),
            link_id=id_of(Kind.LINK, bond.link_id),
            side=bond.side,
            peer_name=bond.peer_name,
            version=bond.version,
            acknowledged_version=bond.acknowledged_version,
            refusal=bond.refusal,
            in_step=bond.in_step,
        )


findable(Kind.PAIR, queries.bonds_by_pair, Bond)


async def bonds_of(info: Info, local_id: UUID) -> list[Bond]:
    """The bonds of an account or a subscription: none when it does not cross; batched."""
    return [Bond.of(bond) for bond in await info.context.load(queries.bonds, local_id) or ()]
