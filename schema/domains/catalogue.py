"""Vendors, products, offerings and meters in GraphQL."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Collection
from uuid import UUID

import strawberry

from bss.catalogue import characteristic, queries
from bss.catalogue import meter as meter_domain
from bss.catalogue import product as domain
from bss.catalogue.create_meter import create_meter
from bss.catalogue.create_offering import create_offering
from bss.catalogue.create_product import create_product
from bss.catalogue.create_vendor import create_vendor
from bss.catalogue.describe_product import describe_product
from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.update_offering import update_offering
from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.permission import Permission
from bss.viewer import REQUIRED, Viewer, requires
from schema.asking import Info
from schema.connection import listed
from schema.declare import Requires, mutation, needs, shown
from schema.domains.catalogue_inputs import (
    CreateMeterInput,
    CreateOfferingInput,
    CreateProductInput,
    CreateVendorInput,
    DescribeProductInput,
    UpdateOfferingInput,
    description_of_product,
    meter_request,
    offering_request,
    offering_update,
    product_request,
    vendor_request,
)
from schema.domains.cycle import BillingCycle
from schema.domains.organisations import Account, account_by_id
from schema.node import Node, findable, id_of
from schema.size import sized


@strawberry.type(description="Whose product it is, and from whom the organisation may buy it without a link.")
class Vendor(Node):
    code: str
    name: str

    @classmethod
    def of(cls, vendor: domain.Vendor) -> Vendor:
        return cls(id=id_of(Kind.VENDOR, vendor.id), code=vendor.code, name=vendor.name)


vendor_by_id = findable(Kind.VENDOR, queries.vendors, Vendor)


async def optional_vendor(info: Info, vendor_id: UUID | None) -> Vendor | None:
    """The vendor, where there is one and the caller sees it."""
    found: Vendor | None = None if vendor_id is None else await vendor_by_id(info, vendor_id)
    return found


@strawberry.type(description="One thing that is chosen beside the quantity.")
class Characteristic:
    code: str = strawberry.field(description="Its key in a subscription.")
    name: str
    kind: characteristic.CharacteristicKind
    required: bool
    changeable: bool
    choices: list[str] = strawberry.field(directives=sized(10))

    @classmethod
    def of(cls, one: characteristic.Characteristic) -> Characteristic:
        return cls(
            code=one.code,
            name=one.name,
            kind=one.kind,
            required=one.required,
            changeable=one.changeable,
            choices=list(one.choices),
        )


@strawberry.type(description="A thing that an account sells.")
class Product(Node):
    owner_uuid: strawberry.Private[UUID]
    vendor_uuid: strawberry.Private[UUID | None]
    code: str
    name: str
    kind: domain.ProductKind
    characteristics: list[Characteristic] = strawberry.field(
        description="What is chosen about it; none: any data.", directives=sized(10)
    )

    @classmethod
    def of(cls, product: domain.Product) -> Product:
        return cls(
            id=id_of(Kind.PRODUCT, product.id),
            owner_uuid=product.owner_id,
            vendor_uuid=product.vendor_id,
            code=product.code,
            name=product.name,
            kind=product.kind,
            characteristics=[Characteristic.of(one) for one in product.characteristics],
        )

    @strawberry.field(description="For the organisation's own staff.", directives=needs(queries.vendors))
    async def vendor(self, info: Info) -> Vendor | None:
        return await optional_vendor(info, self.vendor_uuid)

    @strawberry.field(description="The account that sells it.", directives=needs(organisations.many))
    async def owner(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.owner_uuid)
        return found


product_by_id = findable(Kind.PRODUCT, queries.products, Product)


@strawberry.type(description="Where the organisation buys an offering that it resells.")
class Supply:
    link_id: strawberry.ID
    offering_id: strawberry.ID = strawberry.field(description="The distributor's own offering.")


@strawberry.type(description="A plan of a product.")
class Offering(Node):
    product_uuid: strawberry.Private[UUID]
    bought: strawberry.Private[Supply | None]
    code: str
    name: str
    unit: str = strawberry.field(description="What its quantity counts.")
    billing_cycle: BillingCycle
    kind: domain.OfferingKind
    term_months: int = strawberry.field(description="What one commits to at a time.")
    trial_days: int = strawberry.field(description="How long it may be tried; 0: not at all.")
    cancellation_days: int | None = strawberry.field(
        description="Days of a term in which it may be cancelled at once; null: at any time."
    )
    characteristics: list[Characteristic] = strawberry.field(description="The product's.", directives=sized(10))
    category: str = strawberry.field(description="Where the storefront shows it.")
    in_storefront: bool = strawberry.field(description="False: it is sold, but not shown.")
    audience: strawberry.Private[tuple[UUID, ...]]

    @classmethod
    def of(cls, offering: domain.Offering) -> Offering:
        bought = None
        if offering.supply_link_id is not None and offering.supply_offering_id is not None:
            bought = Supply(
                link_id=id_of(Kind.LINK, offering.supply_link_id),
                offering_id=id_of(Kind.OFFERING, offering.supply_offering_id),
            )
        return cls(
            id=id_of(Kind.OFFERING, offering.id),
            product_uuid=offering.product_id,
            bought=bought,
            code=offering.code,
            name=offering.name,
            unit=offering.unit,
            billing_cycle=BillingCycle.of(offering.cycle),
            kind=offering.kind,
            term_months=offering.term_months,
            trial_days=offering.trial_days,
            cancellation_days=offering.cancellation_days,
            characteristics=[Characteristic.of(one) for one in offering.characteristics],
            category=offering.category,
            in_storefront=offering.in_storefront,
            audience=offering.private_to,
        )

    @strawberry.field(
        description="The accounts that may buy it, with all below them, which the caller sees; null: everybody may.",
        directives=[*needs(organisations.many), *sized(50)],
    )
    async def private_to(self, info: Info) -> list[Account] | None:
        if not self.audience:
            return None
        found = await gather(*(account_by_id(info, account_id) for account_id in self.audience))
        return [account for account in found if account is not None] or None

    @strawberry.field(description="The product, for who sees the catalogue.", directives=needs(queries.products))
    async def product(self, info: Info) -> Product | None:
        found: Product | None = await product_by_id(info, self.product_uuid)
        return found

    @strawberry.field(
        description="Where it is bought, which is no business of those who buy it here; null for one's own.",
        directives=[Requires(permission=Permission.LINK_VIEW.value)],
    )
    async def supply(self, info: Info) -> Supply | None:
        info.context.viewer.require(Permission.LINK_VIEW)
        return self.bought


offering_by_id = findable(Kind.OFFERING, published_by_ancestors, Offering)


@strawberry.type(description="The rule that turns readings into the quantity that a usage price is about.")
class Meter(Node):
    code: str
    name: str
    unit: str = strawberry.field(description="The unit of a price.")
    divisor: int = strawberry.field(description="Base units, in which usage is kept, per unit of a price.")
    kind: meter_domain.MeterKind

    @classmethod
    def of(cls, meter: meter_domain.Meter) -> Meter:
        return cls(
            id=id_of(Kind.METER, meter.id),
            code=meter.code,
            name=meter.name,
            unit=meter.unit,
            divisor=meter.divisor,
            kind=meter.kind,
        )


@requires(REQUIRED[queries.meters])
async def _meters_by_id(viewer: Viewer, meter_ids: Collection[UUID]) -> dict[UUID, meter_domain.Meter]:
    """An organisation has a handful of meters, known by their codes: all are read at once."""
    return {meter.id: meter for meter in (await queries.meters(viewer)).values() if meter.id in meter_ids}


findable(Kind.METER, _meters_by_id, Meter)


@strawberry.type
class Query:
    vendors = listed(
        queries.vendor_page, Vendor, description="Vendors, for the organisation's own staff, oldest first."
    )
    products = listed(queries.product_page, Product, description="Products of the accounts in scope, oldest first.")
    offerings = listed(queries.offering_page, Offering, description="Offerings of the accounts in scope, oldest first.")
    meters = listed(queries.meter_page, Meter, description="The organisation's meters, for its own staff.")


@strawberry.type
class Mutation:
    create_vendor = mutation(
        create_vendor,
        input_type=CreateVendorInput,
        result=Vendor,
        request_of=vendor_request,
        answer=shown(queries.vendors, Vendor),
    )
    create_product = mutation(
        create_product,
        input_type=CreateProductInput,
        result=Product,
        request_of=product_request,
        answer=shown(queries.products, Product),
    )
    describe_product = mutation(
        describe_product,
        input_type=DescribeProductInput,
        result=Product,
        request_of=description_of_product,
        answer=shown(queries.products, Product),
    )
    create_offering = mutation(
        create_offering,
        input_type=CreateOfferingInput,
        result=Offering,
        request_of=offering_request,
        answer=shown(queries.offerings, Offering),
    )
    update_offering = mutation(
        update_offering,
        input_type=UpdateOfferingInput,
        result=Offering,
        request_of=offering_update,
        answer=shown(queries.offerings, Offering),
    )
    create_meter = mutation(
        create_meter,
        input_type=CreateMeterInput,
        result=Meter,
        request_of=meter_request,
        answer=shown(_meters_by_id, Meter),
    )
