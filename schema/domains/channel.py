"""The whole channel in one request: distributor, resellers, lite resellers, customers, and their subscriptions.

Owns: the tree of pages, and the flat export with its bounds. Does not own: what is shown of each place
(`schema.domains.channel_places`).
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

import strawberry

from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.organisations.account import Account
from bss.refusal import InvalidInput, NotFound
from bss.subscriptions import queries as subscriptions
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, paged_together
from schema.declare import needs
from schema.domains.channel_places import (
    About,
    ChannelSubscription,
    ExportedAccount,
    Placed,
    about,
    children,
    held,
    placed,
    subscriptions_of,
)
from schema.node import uuid_of
from schema.parts import shown_as
from schema.size import sized_by

MOST_ACCOUNTS = 5_000
MOST_SUBSCRIPTIONS = 20_000

Under = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The account at the top; left out: the top of the caller's scope."),
]
Most = Annotated[int, strawberry.argument(description=f"How many accounts to answer with, 1 to {MOST_ACCOUNTS}.")]


def _as_it_is(row: Any) -> Any:
    return row


def _asked(place: Placed) -> tuple[About]:
    return (place.asked,)


_CHILDREN = paged_together(
    children,
    key_of=attrgetter("account.id"),
    node_of=_as_it_is,
    id_of=attrgetter("account.id"),
    further=_asked,
)
_SUBSCRIPTIONS = paged_together(
    subscriptions_of,
    key_of=attrgetter("account.id"),
    node_of=_as_it_is,
    id_of=attrgetter("subscription.id"),
    further=_asked,
)


@strawberry.type(description="An account in the channel, with the accounts directly below it and its subscriptions.")
class ChannelAccount(ExportedAccount):
    @strawberry.field(
        description="The accounts directly below, oldest first; all pages of one level have at most 10,000 rows.",
        directives=needs(organisations.children),
        metadata=_CHILDREN.metadata,
    )
    async def accounts(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[ChannelAccount] | None:
        found: Connection[ChannelAccount] | None = await _CHILDREN.of_one(
            self, info, first=first, after=after, last=last, before=before
        )
        return found

    @strawberry.field(
        description="Its own, oldest first; all pages of one level have at most 10,000 rows.",
        directives=needs(subscriptions.of_accounts),
        metadata=_SUBSCRIPTIONS.metadata,
    )
    async def subscriptions(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[ChannelSubscription] | None:
        found: Connection[ChannelSubscription] | None = await _SUBSCRIPTIONS.of_one(
            self, info, first=first, after=after, last=last, before=before
        )
        return found


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
        shown = (await held(info.context.viewer, found, self.asked)).values()
        return [shown_as(ChannelSubscription, each) for each in shown]


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
        found = await placed(info.context.viewer, (top,), await about(info))
        return shown_as(ChannelAccount, found[top.id])

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
        return ChannelExport(
            top=top, asked=asked, accounts=[shown_as(ExportedAccount, each) for each in found.values()]
        )
