"""Edges in GraphQL: who sells to whom, and on which terms."""

from __future__ import annotations

import strawberry

from bss.agreements import edge as domain
from bss.agreements import queries
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.agree_supply import AgreeSupply, agree_supply
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

strawberry.enum(
    domain.EdgeKind, description="Between two accounts, or between the organisation and its distributor or a vendor."
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
    agree_supply = mutation(
        agree_supply,
        input_type=AgreeSupplyInput,
        result=Edge,
        request_of=_supply_request,
        answer=shown(queries.edges, Edge),
    )
