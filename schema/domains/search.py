"""Search in GraphQL: accounts and subscriptions by words.

Owns: the shape of what is found. Does not own: matching and rank (`bss.subscriptions.search`).
"""

from __future__ import annotations

from typing import Annotated

import strawberry

from bss.organisations import queries as organisations
from bss.refusal import InvalidInput
from bss.subscriptions import queries as subscriptions
from bss.subscriptions import search as domain
from schema.asking import Info
from schema.declare import needs
from schema.domains.organisations import Account, account_by_id
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.scalars import unstorable
from schema.size import sized_by

strawberry.enum(domain.FoundKind, description="What a search found.")

Text = Annotated[
    str,
    strawberry.argument(
        description="Words or their beginnings, all of which must match; case and accents do not matter."
    ),
]
First = Annotated[int, strawberry.argument(description=f"1 to {domain.MOST_FOUND}.")]


@strawberry.type(description="An account or a subscription that has all the words of a search.")
class SearchHit:
    found: strawberry.Private[domain.Found]
    kind: domain.FoundKind
    rank: int = strawberry.field(description="Greater is better; names and whole words count more.")

    @strawberry.field(description="Null when a subscription was found.", directives=needs(organisations.many))
    async def account(self, info: Info) -> Account | None:
        if self.kind is not domain.FoundKind.ACCOUNT:
            return None
        found: Account | None = await account_by_id(info, self.found.object_id)
        return found

    @strawberry.field(description="Null when an account was found.", directives=needs(subscriptions.many))
    async def subscription(self, info: Info) -> Subscription | None:
        if self.kind is not domain.FoundKind.SUBSCRIPTION:
            return None
        found: Subscription | None = await subscription_by_id(info, self.found.object_id)
        return found


@strawberry.type
class Query:
    @strawberry.field(
        description="Accounts by name, accounting number and e-mail address, subscriptions by name, order reference and"
        " characteristics; the best first.",
        directives=[*needs(domain.search), *sized_by("first")],
    )
    async def search(self, info: Info, text: Text, first: First = 20) -> list[SearchHit]:
        if problems := unstorable(text, ("text",)):
            raise InvalidInput(problems)
        found = await domain.search(info.context.viewer, text, first)
        return [SearchHit(found=each, kind=each.kind, rank=each.rank) for each in found]
