"""Edges in GraphQL: who sells to whom, and on which terms."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.agreements import edge as domain
from bss.agreements import past_terms as past
from bss.agreements import queries
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.agree_supply import AgreeSupply, agree_supply
from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.catalogue import queries as catalogue
from bss.identifier import Kind
from bss.organisations import queries as organisations
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.catalogue import Vendor, optional_vendor
from schema.domains.issuers import Issuer, issuer_by_id
from schema.domains.organisations import Account, optional_account
from schema.domains.prices import PriceList, price_list_by_id
from schema.node import Node, findable, id_of, optional_id, uuid_of
from schema.size import sized

strawberry.enum(
    domain.EdgeKind, description="Between two accounts, or between the organisation and its distributor or a vendor."
)


@strawberry.type(description="Terms of an edge that others have replaced; for the periods that start in their time.")
class PastTerms:
    price_list_id: strawberry.ID
    bill_to_account_id: strawberry.ID
    issuer_id: strawberry.ID
    policy: str
    billing_day: int
    valid_from: datetime | None = strawberry.field(description="Null: they were the first.")
    valid_until: datetime
    changed_by: str
    changed_at: datetime

    @classmethod
    def of(cls, terms: past.PastTerms) -> PastTerms:
        return cls(
            price_list_id=id_of(Kind.PRICE_LIST, terms.price_list_id),
            bill_to_account_id=id_of(Kind.ACCOUNT, terms.bill_to_account_id),
            issuer_id=id_of(Kind.ISSUER, terms.issuer_id),
            policy=terms.policy,
            billing_day=terms.billing_day,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            changed_by=terms.actor_name,
            changed_at=terms.recorded_at,
        )


@strawberry.type(description="All terms under which the buyer buys; a supply edge has no seller here.")
class Edge(Node):
    value: strawberry.Private[domain.Edge]
    kind: domain.EdgeKind
    currency: str
    zone: str = strawberry.field(description="IANA time zone, in which billing periods are counted.")
    policy: str = strawberry.field(description="The money policy by which amounts are rounded and prorated.")
    billing_day: int
    received: bool = strawberry.field(description="The supplier's terms, which are read here and written there.")
    link_id: strawberry.ID | None

    @classmethod
    def of(cls, edge: domain.Edge) -> Edge:
        return cls(
            id=id_of(Kind.EDGE, edge.id),
            value=edge,
            kind=edge.kind,
            currency=edge.currency,
            zone=edge.zone,
            policy=edge.policy,
            billing_day=edge.billing_day,
            received=edge.received,
            link_id=optional_id(Kind.LINK, edge.link_id),
        )

    @strawberry.field(
        description="Null on a supply edge, and above the caller's scope.", directives=needs(organisations.many)
    )
    async def seller(self, info: Info) -> Account | None:
        return await optional_account(info, self.value.seller_account_id)

    @strawberry.field(directives=needs(organisations.many))
    async def buyer(self, info: Info) -> Account | None:
        return await optional_account(info, self.value.buyer_account_id)

    @strawberry.field(description="Who is invoiced.", directives=needs(organisations.many))
    async def bill_to(self, info: Info) -> Account | None:
        return await optional_account(info, self.value.bill_to_account_id)

    @strawberry.field(description="From whom a supply edge without a link buys.", directives=needs(catalogue.vendors))
    async def vendor(self, info: Info) -> Vendor | None:
        return await optional_vendor(info, self.value.vendor_id)

    @strawberry.field(description="Null above the caller's scope.", directives=needs(catalogue.price_lists))
    async def price_list(self, info: Info) -> PriceList | None:
        found: PriceList | None = await price_list_by_id(info, self.value.price_list_id)
        return found

    @strawberry.field(
        description="Null on a supply edge, and above the caller's scope.", directives=needs(queries.issuers)
    )
    async def issuer(self, info: Info) -> Issuer | None:
        if self.value.issuer_id is None:
            return None
        found: Issuer | None = await issuer_by_id(info, self.value.issuer_id)
        return found

    @strawberry.field(
        description="What its terms were before they were changed, first change first.",
        directives=[*needs(queries.past_terms), *sized(10)],
    )
    async def past_terms(self, info: Info) -> list[PastTerms] | None:
        return [PastTerms.of(each) for each in await info.context.load(queries.past_terms, self.value.id) or ()]


findable(Kind.EDGE, queries.edges, Edge)


@strawberry.input
class AgreeEdgeInput:
    seller_account_id: strawberry.ID
    buyer_account_id: strawberry.ID
    price_list_id: strawberry.ID = strawberry.field(description="The seller's; its currency is the edge's.")
    zone: str
    policy: str
    billing_day: int
    issuer_id: strawberry.ID
    bill_to_account_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        default=None, description="Left out: the buyer."
    )


def _edge_request(given: AgreeEdgeInput) -> AgreeEdge:
    bill_to = given.bill_to_account_id
    return AgreeEdge(
        seller_account_id=uuid_of(Kind.ACCOUNT, given.seller_account_id, "sellerAccountId"),
        buyer_account_id=uuid_of(Kind.ACCOUNT, given.buyer_account_id, "buyerAccountId"),
        price_list_id=uuid_of(Kind.PRICE_LIST, given.price_list_id, "priceListId"),
        zone=given.zone,
        policy=given.policy,
        billing_day=given.billing_day,
        issuer_id=uuid_of(Kind.ISSUER, given.issuer_id, "issuerId"),
        bill_to_account_id=None if bill_to is None else uuid_of(Kind.ACCOUNT, bill_to.value, "billToAccountId"),
    )


@strawberry.input(description="What is left out stays; the rest holds from the billing period in progress on.")
class UpdateEdgeInput:
    edge_id: strawberry.ID
    price_list_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        default=None, description="The seller's, in the same currency."
    )
    bill_to_account_id: strawberry.Maybe[strawberry.ID] = None
    issuer_id: strawberry.Maybe[strawberry.ID] = None
    policy: strawberry.Maybe[str] = None
    billing_day: strawberry.Maybe[int] = strawberry.field(
        default=None, description="The period in progress ends on this day, which is still to come."
    )


def _said(kind: Kind, given: strawberry.Some[strawberry.ID] | None, path: str) -> UUID | None:
    return None if given is None else uuid_of(kind, given.value, path)


def _update_request(given: UpdateEdgeInput) -> UpdateEdge:
    return UpdateEdge(
        edge_id=uuid_of(Kind.EDGE, given.edge_id, "edgeId"),
        price_list_id=_said(Kind.PRICE_LIST, given.price_list_id, "priceListId"),
        bill_to_account_id=_said(Kind.ACCOUNT, given.bill_to_account_id, "billToAccountId"),
        issuer_id=_said(Kind.ISSUER, given.issuer_id, "issuerId"),
        policy=None if given.policy is None else given.policy.value,
        billing_day=None if given.billing_day is None else given.billing_day.value,
    )


@strawberry.input
class AgreeSupplyInput:
    price_list_id: strawberry.ID = strawberry.field(
        description="A vendor's; the vendor and the currency of the edge are its."
    )
    zone: str
    policy: str
    billing_day: int


def _supply_request(given: AgreeSupplyInput) -> AgreeSupply:
    return AgreeSupply(
        price_list_id=uuid_of(Kind.PRICE_LIST, given.price_list_id, "priceListId"),
        zone=given.zone,
        policy=given.policy,
        billing_day=given.billing_day,
    )


@strawberry.type
class Query:
    edges = listed(queries.edge_page, Edge, description="Edges whose buyers are in scope, oldest first.")


@strawberry.type
class Mutation:
    agree_edge = mutation(
        agree_edge,
        input_type=AgreeEdgeInput,
        result=Edge,
        request_of=_edge_request,
        answer=shown(queries.edges, Edge),
    )
    update_edge = mutation(
        update_edge,
        input_type=UpdateEdgeInput,
        result=Edge,
        request_of=_update_request,
        answer=shown(queries.edges, Edge),
    )
    agree_supply = mutation(
        agree_supply,
        input_type=AgreeSupplyInput,
        result=Edge,
        request_of=_supply_request,
        answer=shown(queries.edges, Edge),
    )
