"""The whole channel in one request: distributor, resellers, lite resellers, customers, and their subscriptions.

Owns: the tree of pages, and the flat export with its bounds. Does not own: what is shown of each place
(`schema.domains.channel_places`).
"""

from __future__ import annotations

from typing import Annotated

import strawberry

from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.organisations.account import Account
from bss.refusal import InvalidInput, NotFound
from bss.subscriptions import queries as subscriptions
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import needs
from schema.domains.channel_places import (
    About,
    ChannelSubscription,
    ExportedAccount,
    about,
    children,
    held,
    placed,
    subscriptions_of,
)
from schema.node import uuid_of
from schema.size import sized_by

MOST_ACCOUNTS = 5_000
MOST_SUBSCRIPTIONS = 20_000

Under = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The account at the top; left out: the top of the caller's scope."),
]
Most = Annotated[int, strawberry.argument(description=f"How many accounts to answer with, 1 to {MOST_ACCOUNTS}.")]


@strawberry.type(description="An account in the channel, with the accounts directly below it and its subscriptions.")
class ChannelAccount(ExportedAccount):
    @strawberry.field(
        description="The accounts directly below, oldest first; all pages of one level have at most 10,000 rows.",
        directives=needs(organisations.children),
    )
    async def accounts(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[ChannelAccount] | None:
        request = asked_page(first, after, last, before)
        page = await info.context.load(children, self.placed.account.id, request, self.placed.asked)
        return None if page is None else connected(page, ChannelAccount.of, lambda row: row.account.id)

    @strawberry.field(
        description="Its own, oldest first; all pages of one level have at most 10,000 rows.",
        directives=needs(subscriptions.of_accounts),
    )
    async def subscriptions(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[ChannelSubscription] | None:
        request = asked_page(first, after, last, before)
        page = await info.context.load(subscriptions_of, self.placed.account.id, request, self.placed.asked)
        return None if page is None else connected(page, ChannelSubscription.of, lambda row: row.subscription.id)


@strawberry.type(description="A part of the channel as two flat lists.")
class ChannelExport:
    top: strawberry.Private[Account]
    asked: strawberry.Private[About]
    accounts: list[ExportedAccount] = strawberry.field(description="Each after the account above it.")

    @strawberry.field(
        description=f"In the order of the accounts; more than {MOST_SUBSCRIPTIONS} are refused with their number.",
        directives=needs(subscriptions.below),
    )
    async def subscriptions(self, info: Info) -> list[ChannelSubscription] | None:
        found = await subscriptions.below(info.context.viewer, self.top.path, MOST_SUBSCRIPTIONS)
        return [ChannelSubscription.of(each) for each in (await held(info.context.viewer, found, self.asked)).values()]


async def _top(info: Info, under: strawberry.ID | None) -> Account:
    viewer = info.context.viewer
    if under is None:
        top = (await organisations.by_path(viewer, (viewer.path,))).get(viewer.path)
    else:
        identifier = uuid_of(Kind.ACCOUNT, under, "under")
        top = (await organisations.many(viewer, (identifier,))).get(identifier)
    if top is None:
        raise NotFound("account", ("under",))
    return top


@strawberry.type
class Query:
    @strawberry.field(
        description="The account at the top and, page by page, everything below it.",
        directives=needs(organisations.many),
    )
    async def channel(self, info: Info, under: Under = None) -> ChannelAccount:
        top = await _top(info, under)
        return ChannelAccount.of((await placed(info.context.viewer, (top,), await about(info)))[top.id])

    @strawberry.field(
        description="Everything below an account in flat lists; more accounts than asked for are refused with their"
        " number.",
        directives=[*needs(organisations.subtree), *sized_by("most", "accounts", "subscriptions")],
    )
    async def channel_export(self, info: Info, under: Under = None, most: Most = 1_000) -> ChannelExport:
        if not 1 <= most <= MOST_ACCOUNTS:
            raise InvalidInput.at("most", f"An export has 1 to {MOST_ACCOUNTS} accounts.")
        viewer, top, asked = info.context.viewer, await _top(info, under), await about(info)
        found = await placed(viewer, await organisations.subtree(viewer, top.path, most), asked)
        return ChannelExport(top=top, asked=asked, accounts=[ExportedAccount.of(each) for each in found.values()])
