"""What an account may buy now, in GraphQL."""

from __future__ import annotations

import strawberry

from bss.agreements.storefront import storefront, storefront_bundles
from bss.identifier import Kind
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import needs
from schema.domains.bundles import Bundle
from schema.domains.catalogue import Offering
from schema.node import uuid_of


@strawberry.type
class Query:
    @strawberry.field(
        description="What the account may buy now, oldest first: what each edge to it has a price for, of one category"
        " or of all. Nothing for a mirrored or a closed account.",
        directives=needs(storefront),
    )
    async def storefront(
        self,
        info: Info,
        account_id: strawberry.ID,
        category: str | None = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Offering]:
        page = await storefront(
            info.context.viewer,
            uuid_of(Kind.ACCOUNT, account_id, "accountId"),
            category,
            asked_page(first, after, last, before),
            now=info.context.clock.now(),
        )
        return connected(page, Offering.of, lambda offering: offering.id)

    @strawberry.field(
        description="The bundles that may be sold to the account now, oldest first: each edge to it has a price for all"
        " components, which may be kept off the shelf. Nothing for a mirrored or a closed account.",
        directives=needs(storefront_bundles),
    )
    async def storefront_bundles(
        self,
        info: Info,
        account_id: strawberry.ID,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Bundle]:
        page = await storefront_bundles(
            info.context.viewer,
            uuid_of(Kind.ACCOUNT, account_id, "accountId"),
            asked_page(first, after, last, before),
            now=info.context.clock.now(),
        )
        return connected(page, Bundle.of, lambda bundle: bundle.id)
