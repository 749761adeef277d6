"""Issuers and edges in GraphQL: who sells to whom, and on which terms."""

from __future__ import annotations

from uuid import UUID

import strawberry

from bss.agreements import edge as domain
from bss.agreements import queries
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.agree_supply import AgreeSupply, agree_supply
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.agreements.issuer import Issuer as IssuerValue
from bss.catalogue import queries as catalogue
from bss.identifier import Kind
from bss.organisations import queries as organisations
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.catalogue import Vendor, optional_vendor
from schema.domains.issuer_card import IssuerCard, IssuerCardInput, place_on_card, stored_card
from schema.domains.organisations import Account, account_by_id, optional_account
from schema.domains.prices import PriceList, price_list_by_id
from schema.node import Node, findable, id_of, optional_id, uuid_of

strawberry.enum(
    domain.EdgeKind, description="Between two accounts, or between the organisation and its distributor or a vendor."
)


@strawberry.type(description="A legal entity that sends documents.")
class Issuer(Node):
    owner_uuid: strawberry.Private[UUID]
    name: str
    card: IssuerCard
    due_days: int = strawberry.field(description="Days to pay after the issue.")

    @classmethod
    def of(cls, issuer: IssuerValue) -> Issuer:
        return cls(
            id=id_of(Kind.ISSUER, issuer.id),
            owner_uuid=issuer.owner_id,
            name=issuer.name,
            card=IssuerCard.of(issuer.card),
            due_days=issuer.due_days,
        )

    @strawberry.field(directives=needs(organisations.many))
    async def owner(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.owner_uuid)
        return found


issuer_by_id = findable(Kind.ISSUER, queries.issuers, Issuer)


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
class CreateIssuerInput:
    owner_id: strawberry.ID
    name: str
    series_prefix: str = strawberry.field(description="Documents are numbered prefix 1, prefix 2, … without a gap.")
    card: IssuerCardInput = strawberry.field(default_factory=IssuerCardInput)
    due_days: int = 30


def _issuer_request(given: CreateIssuerInput) -> CreateIssuer:
    return CreateIssuer(
        owner_id=uuid_of(Kind.ACCOUNT, given.owner_id, "ownerId"),
        name=given.name,
        card=stored_card(given.card),
        series_prefix=given.series_prefix,
        due_days=given.due_days,
    )


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
    issuers = listed(queries.issuer_page, Issuer, description="Issuers of the accounts in scope, oldest first.")


@strawberry.type
class Mutation:
    create_issuer = mutation(
        create_issuer,
        input_type=CreateIssuerInput,
        result=Issuer,
        request_of=_issuer_request,
        answer=shown(queries.issuers, Issuer),
        place_of=place_on_card,
    )
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
