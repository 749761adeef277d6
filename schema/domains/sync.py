"""Links to other organisations in GraphQL: how they stand, and what a person can do about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.identifier import Kind
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, shown
from schema.node import Node, findable, id_of, uuid_of
from sync import status
from sync.connect import JoinAsDistributor, JoinAsReseller, join_as_distributor, join_as_reseller
from sync.link import Side
from sync.resend_supply import ResendSupply, resend_supply
from sync.resume import ResumeOutbound, resume_outbound


@strawberry.type(description="One side of the channel between a reseller's and a distributor's organisation.")
class Link(Node):
    link_key: UUID = strawberry.field(description="The same on both sides.")
    side: Side
    peer_name: str
    pairs: int = strawberry.field(description="Accounts and subscriptions that are bound one-to-one.")
    refused_pairs: int
    pending: int = strawberry.field(description="Messages that were not sent yet.")
    sent: int = strawberry.field(description="Messages that have no result yet.")
    parked: int = strawberry.field(description="Messages that the other organisation refused.")
    acknowledged: int
    waiting_since: datetime | None
    sent_through: int
    received_through: int
    last_error: str | None

    @classmethod
    def of(cls, link: status.LinkStatus) -> Link:
        return cls(
            id=id_of(Kind.LINK, link.id),
            link_key=link.link_key,
            side=link.side,
            peer_name=link.peer_name,
            pairs=link.pairs,
            refused_pairs=link.refused_pairs,
            pending=link.pending,
            sent=link.sent,
            parked=link.parked,
            acknowledged=link.acknowledged,
            waiting_since=link.waiting_since,
            sent_through=link.sent_through,
            received_through=link.received_through,
            last_error=link.last_error,
        )


findable(Kind.LINK, status.links_by_id, Link)


@strawberry.type(description="A message that the other organisation refused; resumeOutbound sends it again.")
class ParkedMessage:
    id: UUID
    link_id: strawberry.ID
    subject: str
    pair_id: strawberry.ID
    version: int
    reason: str
    created_at: datetime

    @classmethod
    def of(cls, message: status.ParkedMessage) -> ParkedMessage:
        return cls(
            id=message.id,
            link_id=id_of(Kind.LINK, message.link_id),
            subject=message.subject,
            pair_id=id_of(Kind.PAIR, message.pair_id),
            version=message.version,
            reason=message.reason,
            created_at=message.created_at,
        )


@strawberry.type(description="A message that was parked and is sent again.")
class ResumedMessage:
    message_id: UUID


@strawberry.input
class JoinLinkAsDistributorInput:
    link_key: UUID = strawberry.field(description="What both organisations agreed on.")
    peer_name: str = strawberry.field(description="The reseller's name; it is shown where something is locked.")
    account_id: strawberry.ID = strawberry.field(description="The reseller's account in these books.")


@strawberry.input
class JoinLinkAsResellerInput:
    link_key: UUID = strawberry.field(description="What both organisations agreed on.")
    peer_name: str = strawberry.field(description="The distributor's name.")


@strawberry.input
class ResendSupplyInput:
    link_id: strawberry.ID


@strawberry.input
class ResumeOutboundInput:
    message_id: UUID = strawberry.field(description="Of a parked message.")


def _as_distributor(given: JoinLinkAsDistributorInput) -> JoinAsDistributor:
    return JoinAsDistributor(given.link_key, given.peer_name, uuid_of(Kind.ACCOUNT, given.account_id, "accountId"))


async def _resumed(info: Info, outcome: Outcome, given: ResumeOutboundInput) -> ResumedMessage:
    return ResumedMessage(message_id=given.message_id)


def _place(given: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names."""
    return tuple("messageId" if step == "outboundId" else step for step in path)


@strawberry.type
class Query:
    links = listed(status.link_page, Link, description="The organisation's links, oldest first.")
    parked_messages = listed(
        status.parked_messages,
        ParkedMessage,
        description="What the peers refused and nothing newer has replaced, oldest first.",
    )


@strawberry.type
class Mutation:
    join_link_as_distributor = mutation(
        join_as_distributor,
        input_type=JoinLinkAsDistributorInput,
        result=Link,
        request_of=_as_distributor,
        answer=shown(status.links_by_id, Link),
    )
    join_link_as_reseller = mutation(
        join_as_reseller,
        input_type=JoinLinkAsResellerInput,
        result=Link,
        request_of=lambda given: JoinAsReseller(given.link_key, given.peer_name),
        answer=shown(status.links_by_id, Link),
    )
    resend_supply = mutation(
        resend_supply,
        input_type=ResendSupplyInput,
        result=Link,
        request_of=lambda given: ResendSupply(uuid_of(Kind.LINK, given.link_id, "linkId")),
        answer=shown(status.links_by_id, Link),
    )
    resume_outbound = mutation(
        resume_outbound,
        input_type=ResumeOutboundInput,
        result=ResumedMessage,
        request_of=lambda given: ResumeOutbound(given.message_id),
        answer=_resumed,
        place_of=_place,
    )
