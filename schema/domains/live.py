"""Live updates in GraphQL: the fields of the subscription root, each with the object that it is about."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry

from bss.feed.queries import TOLD
from bss.feed.topic import Topic
from bss.invoicing import queries as invoicing
from bss.organisations import queries as organisations
from bss.subscriptions import queries as subscriptions
from schema.asking import Batched, Info
from schema.declare import needs
from schema.domains.bonds import Bond, bonds_of
from schema.domains.invoicing import Invoice
from schema.domains.organisations import Account
from schema.domains.subscriptions import Subscription
from schema.following import Told, followed
from schema.size import sized
from sync import queries as sync

After = Annotated[
    str | None,
    strawberry.argument(description="The last resumeToken that was received: nothing since then is missed."),
]
_TOKEN = "Where to go on from after a break; opaque, and worth something for seven days."
_RECORDED = "Null in an event without an object, which only brings a token: the first one, and one after a silence."
Row = TypeVar("Row")


@strawberry.type
class _Event:
    subject_id: strawberry.Private[UUID | None]
    resume_token: str = strawberry.field(description=_TOKEN)
    recorded_at: datetime | None = strawberry.field(description=_RECORDED)

    @classmethod
    def of(cls, told: Told) -> Any:
        entry = told.entry
        if entry is None:
            return cls(subject_id=None, resume_token=told.token, recorded_at=None)
        return cls(subject_id=entry.subject_id, resume_token=told.token, recorded_at=entry.recorded_at)

    async def found(self, info: Info, question: Batched[UUID, Row]) -> Row | None:
        """The object as it is now, in the viewer's scope."""
        return None if self.subject_id is None else await info.context.load(question, self.subject_id)


def _shown(question: Batched[UUID, Any], node: Any, description: str) -> Any:
    """The field of an event that shows its object."""

    async def resolver(self: _Event, info: Info) -> Any:
        found = await self.found(info, question)
        return None if found is None else node.of(found)

    resolver.__annotations__ = {"info": Info, "return": node | None}
    return strawberry.field(resolver=resolver, description=description, directives=needs(question))


@strawberry.type(description="An invoice was issued.")
class InvoiceIssued(_Event):
    invoice = _shown(invoicing.many, Invoice, "The invoice.")


@strawberry.type(description="A subscription was made, or its timeline or state was changed.")
class SubscriptionChanged(_Event):
    subscription = _shown(subscriptions.many, Subscription, "The subscription, as it is now.")


@strawberry.type(description="Hours of a subscription's usage got other quantities.")
class UsageRolledUp(_Event):
    subscription = _shown(subscriptions.many, Subscription, "The subscription whose usage it is.")


@strawberry.type(description="What the other organisation has of an account or a subscription was changed.")
class SyncStateChanged(_Event):
    account = _shown(organisations.many, Account, "The account, if it is one.")
    subscription = _shown(subscriptions.many, Subscription, "The subscription, if it is one.")

    @strawberry.field(description="How it stands on each link.", directives=[*needs(sync.bonds), *sized(2)])
    async def bonds(self, info: Info) -> list[Bond] | None:
        return None if self.subject_id is None else await bonds_of(info, self.subject_id)


def _stream(topic: Topic, event: Any, description: str) -> Any:
    """The field of the root that follows a topic."""

    async def resolver(info: Info, after: After = None) -> Any:
        async with aclosing(followed(info.context, topic, after)) as stream:
            async for told in stream:
                yield event.of(told)

    resolver.__annotations__ = {"info": Info, "after": After, "return": AsyncGenerator[event, None]}
    return strawberry.subscription(resolver=resolver, description=description, directives=needs(TOLD[topic]))


@strawberry.type(name="SubscriptionRoot", description="What happens, as it happens.")
class SubscriptionRoot:
    invoice_issued = _stream(Topic.INVOICE_ISSUED, InvoiceIssued, "Invoices, as they are issued.")
    subscription_changed = _stream(Topic.SUBSCRIPTION_CHANGED, SubscriptionChanged, "Subscriptions, as they change.")
    sync_state_changed = _stream(Topic.SYNC_CHANGED, SyncStateChanged, "How objects that cross a link stand.")
    usage_rolled_up = _stream(Topic.USAGE_ROLLED_UP, UsageRolledUp, "Subscriptions, as their usage is rolled up.")
