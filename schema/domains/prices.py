"""Price lists, their versions and their prices in GraphQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import strawberry

from bss.catalogue import price_list as domain
from bss.catalogue import queries
from bss.catalogue.create_price_list import create_price_list
from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.new_price import NewPrice
from bss.catalogue.publish_prices import publish_prices
from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.transaction.command import Outcome
from bss.viewer import REQUIRED
from schema.asking import AsKnownAt, AsOf, Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.catalogue import Offering, offering_by_id
from schema.domains.catalogue_inputs import (
    CreatePriceListInput,
    PublishPricesInput,
    place_of_publication,
    price_list_request,
    publication,
)
from schema.domains.organisations import Account, account_by_id
from schema.domains.price_models import PriceModel
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized


@strawberry.type(description="One charge of an offering in a version of a price list.")
class Price:
    offering_uuid: strawberry.Private[UUID]
    charge: str
    kind: domain.ChargeKind
    description: str
    meter: str | None
    model: PriceModel

    @classmethod
    def of(cls, line: domain.PriceLine | NewPrice) -> Price:
        return cls(
            offering_uuid=line.offering_id,
            charge=line.charge,
            kind=line.kind,
            description=line.description,
            meter=line.meter,
            model=PriceModel.of(line.model),
        )

    @strawberry.field(directives=needs(published_by_ancestors))
    async def offering(self, info: Info) -> Offering | None:
        found: Offering | None = await offering_by_id(info, self.offering_uuid)
        return found


@strawberry.type(description="An immutable version; it prices the billing periods that start while it is in force.")
class PriceVersion(Node):
    key: strawberry.Private[UUID]
    number: int = strawberry.field(description="Counts from 1 within its list.")
    valid_from: datetime
    published_at: datetime

    @classmethod
    def of(cls, version: domain.PriceVersion) -> PriceVersion:
        return cls(
            key=version.id,
            id=id_of(Kind.PRICE_VERSION, version.id),
            number=version.number,
            valid_from=version.valid_from,
            published_at=version.published_at,
        )

    @strawberry.field(directives=[*needs(queries.prices_of_versions), *sized(100)])
    async def prices(self, info: Info) -> list[Price] | None:
        found = await info.context.load(queries.prices_of_versions, self.key)
        return [Price.of(line) for line in found or ()]


findable(Kind.PRICE_VERSION, queries.price_versions_by_id, PriceVersion)


@strawberry.type(description="What offerings cost on the edges that use the list.")
class PriceList(Node):
    key: strawberry.Private[UUID]
    owner_uuid: strawberry.Private[UUID]
    code: str
    name: str
    currency: str
    received: bool = strawberry.field(description="The supplier's list, which is read here and written there.")

    @classmethod
    def of(cls, price_list: domain.PriceList) -> PriceList:
        return cls(
            id=id_of(Kind.PRICE_LIST, price_list.id),
            key=price_list.id,
            owner_uuid=price_list.owner_id,
            code=price_list.code,
            name=price_list.name,
            currency=price_list.currency,
            received=price_list.received,
        )

    @strawberry.field(description="The account that sells by it.", directives=needs(organisations.many))
    async def owner(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.owner_uuid)
        return found

    @strawberry.field(
        description="In the order of their numbers.", directives=[*needs(queries.price_versions), *sized(10)]
    )
    async def versions(self, info: Info) -> list[PriceVersion] | None:
        found = await info.context.load(queries.price_versions, self.key)
        return [PriceVersion.of(version) for version in found or ()]

    @strawberry.field(
        description="The version that is in force at an instant, of those published by an instant.",
        directives=needs(queries.versions_in_force),
    )
    async def version_in_force(
        self, info: Info, as_of: AsOf = None, as_known_at: AsKnownAt = None
    ) -> PriceVersion | None:
        instant = as_of or info.context.clock.now()
        found = await info.context.load(queries.versions_in_force, self.key, instant, as_known_at)
        return None if found is None else PriceVersion.of(found)


price_list_by_id = findable(Kind.PRICE_LIST, queries.price_lists, PriceList)


async def _published(info: Info, outcome: Outcome, given: PublishPricesInput) -> PriceVersion:
    """Whoever may publish may see what was published."""
    viewer = info.context.viewer
    seeing = replace(viewer, permissions=viewer.permissions | {REQUIRED[queries.price_versions]})
    list_id = uuid_of(Kind.PRICE_LIST, given.price_list_id, "priceListId")
    versions = (await queries.price_versions(seeing, (list_id,)))[list_id]
    return next(PriceVersion.of(version) for version in versions if version.id == outcome.object_id)


@strawberry.type
class Query:
    price_lists = listed(
        queries.price_list_page, PriceList, description="Price lists of the accounts in scope, oldest first."
    )


@strawberry.type
class Mutation:
    create_price_list = mutation(
        create_price_list,
        input_type=CreatePriceListInput,
        result=PriceList,
        request_of=price_list_request,
        answer=shown(queries.price_lists, PriceList),
    )
    publish_prices = mutation(
        publish_prices,
        input_type=PublishPricesInput,
        result=PriceVersion,
        request_of=publication,
        answer=_published,
        place_of=place_of_publication,
    )
