"""Who asks, in GraphQL: what a front end must know before it shows anything."""

from __future__ import annotations

import strawberry

from bss.identifier import Kind
from bss.organisations.queries import own
from bss.permission import Permission
from schema.asking import Info
from schema.node import id_of
from schema.size import sized


@strawberry.type(description="Who asks: a person or a program, as what its membership, token or session allows now.")
class Me:
    name: str
    account_id: strawberry.ID = strawberry.field(description="Over which account, and all below it.")
    account_name: str
    permissions: list[str] = strawberry.field(
        description="What would not be refused for want of a permission or of a module.", directives=sized(20)
    )
    acting_for: str | None = strawberry.field(description="The account that a delegation lets act for, by its name.")


@strawberry.type
class Query:
    @strawberry.field(description="Who asks, and what they may do now.")
    async def me(self, info: Info) -> Me:
        viewer = info.context.viewer
        account = await own(viewer)
        return Me(
            name=viewer.actor_name,
            account_id=id_of(Kind.ACCOUNT, account.id),
            account_name=account.name,
            permissions=[word.value for word in Permission if viewer.may(word)],
            acting_for=viewer.acting_as_name,
        )
