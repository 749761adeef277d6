"""Inputs of the catalogue's mutations, and the requests that they become."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.catalogue import (
    characteristic,
    create_meter,
    create_offering,
    create_price_list,
    create_product,
    create_vendor,
    describe_product,
    publish_prices,
    update_offering,
)
from bss.catalogue.meter import MeterKind
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.product import OfferingKind, ProductKind
from bss.identifier import Kind
from schema.domains.cycle import BillingCycleInput
from schema.domains.price_models import PriceModelInput, place_of_price, stored
from schema.node import optional_uuid, uuid_of

strawberry.enum(MeterKind, description="Whether a meter adds what was counted, or a gauge times its time.")
strawberry.enum(OfferingKind, description="How an offering is sold: by itself, beside a plan, or once and for ever.")
strawberry.enum(ProductKind, description="A virtual machine, a virtual datacentre, or any other item.")
strawberry.enum(
    characteristic.CharacteristicKind, description="What a value may be; a decimal number is written as a text."
)
strawberry.enum(
    ChargeKind,
    description="When a charge is due: once; RECURRING after every cycle, RECURRING_IN_ADVANCE when it begins; USAGE"
    " for what a meter counted in the billing period.",
)


CATEGORY = "Where the storefront shows it."
IN_STOREFRONT = "False: it is sold, but not shown."
PRIVATE_TO = "The accounts that may buy it, with all below them; empty: everybody."


@strawberry.input
class CreateVendorInput:
    code: str
    name: str


def vendor_request(given: CreateVendorInput) -> create_vendor.CreateVendor:
    return create_vendor.CreateVendor(code=given.code, name=given.name)


@strawberry.input(description="One thing that is chosen beside the quantity.")
class CharacteristicInput:
    code: str = strawberry.field(description="Its key in a subscription.")
    name: str = strawberry.field(description="For people.")
    kind: characteristic.CharacteristicKind
    required: bool = strawberry.field(default=False, description="A sale names it.")
    changeable: bool = strawberry.field(default=True, description="It may be chosen anew after the sale.")
    choices: list[str] = strawberry.field(default_factory=list, description="The values of a choice.")


def _offered(given: list[CharacteristicInput]) -> characteristic.Offered:
    return tuple(
        characteristic.Characteristic(
            *(one.code, one.name.strip(), one.kind, one.required, one.changeable, tuple(one.choices))
        )
        for one in given
    )


@strawberry.input
class DescribeProductInput:
    product_id: strawberry.ID
    characteristics: list[CharacteristicInput] = strawberry.field(
        description="All of them; what is left out is no longer chosen."
    )


def description_of_product(given: DescribeProductInput) -> describe_product.DescribeProduct:
    return describe_product.DescribeProduct(
        uuid_of(Kind.PRODUCT, given.product_id, "productId"), _offered(given.characteristics)
    )


@strawberry.input
class CreateProductInput:
    owner_id: strawberry.ID = strawberry.field(description="The account that sells it.")
    code: str
    name: str
    vendor_id: strawberry.ID | None = strawberry.field(default=None, description="Whose product it is.")
    kind: ProductKind = ProductKind.XAAS
    characteristics: list[CharacteristicInput] = strawberry.field(
        default_factory=list, description="What is chosen about it; none: any data."
    )


def product_request(given: CreateProductInput) -> create_product.CreateProduct:
    return create_product.CreateProduct(
        owner_id=uuid_of(Kind.ACCOUNT, given.owner_id, "ownerId"),
        code=given.code,
        name=given.name,
        vendor_id=optional_uuid(Kind.VENDOR, given.vendor_id, "vendorId"),
        kind=given.kind,
        characteristics=_offered(given.characteristics),
    )


@strawberry.input
class CreateOfferingInput:
    product_id: strawberry.ID
    code: str
    name: str
    unit: str = strawberry.field(default="", description="What its quantity counts, such as seat.")
    billing_cycle: strawberry.Maybe[BillingCycleInput] = strawberry.field(
        default=None, description="Left out: a month by the calendar."
    )
    supply_link_id: strawberry.ID | None = strawberry.field(
        default=None, description="The link over which it is bought; null for an offering of one's own."
    )
    supply_offering_id: strawberry.ID | None = strawberry.field(
        default=None, description="The distributor's own offering."
    )
    kind: OfferingKind = strawberry.field(default=OfferingKind.PLAN)
    term_months: int = strawberry.field(default=1, description="What one commits to at a time.")
    trial_days: int = strawberry.field(default=0, description="How long it may be tried; 0: not at all.")
    cancellation_days: int | None = strawberry.field(
        default=None, description="Days of a term in which it may be cancelled at once; null: at any time."
    )
    category: str = strawberry.field(default="", description=CATEGORY)
    in_storefront: bool = strawberry.field(default=True, description=IN_STOREFRONT)
    private_to: list[strawberry.ID] = strawberry.field(default_factory=list, description=PRIVATE_TO)


def offering_request(given: CreateOfferingInput) -> create_offering.CreateOffering:
    return create_offering.CreateOffering(
        product_id=uuid_of(Kind.PRODUCT, given.product_id, "productId"),
        code=given.code,
        name=given.name,
        unit=given.unit,
        cycle=(given.billing_cycle.value if given.billing_cycle else BillingCycleInput()).cycle(),
        supply_link_id=optional_uuid(Kind.LINK, given.supply_link_id, "supplyLinkId"),
        supply_offering_id=optional_uuid(Kind.OFFERING, given.supply_offering_id, "supplyOfferingId"),
        kind=given.kind,
        term_months=given.term_months,
        trial_days=given.trial_days,
        cancellation_days=given.cancellation_days,
        category=given.category,
        in_storefront=given.in_storefront,
        private_to=_audience(given.private_to),
    )


@strawberry.input
class UpdateOfferingInput:
    offering_id: strawberry.ID
    name: strawberry.Maybe[str] = None
    category: strawberry.Maybe[str] = strawberry.field(default=None, description=CATEGORY)
    in_storefront: strawberry.Maybe[bool] = strawberry.field(default=None, description=IN_STOREFRONT)
    private_to: strawberry.Maybe[list[strawberry.ID]] = strawberry.field(default=None, description=PRIVATE_TO)


def offering_update(given: UpdateOfferingInput) -> update_offering.UpdateOffering:
    return update_offering.UpdateOffering(
        uuid_of(Kind.OFFERING, given.offering_id, "offeringId"),
        name=given.name.value if given.name else None,
        category=given.category.value if given.category else None,
        in_storefront=given.in_storefront.value if given.in_storefront else None,
        private_to=_audience(given.private_to.value) if given.private_to else None,
    )


def _audience(given: list[strawberry.ID]) -> tuple[UUID, ...]:
    return tuple(uuid_of(Kind.ACCOUNT, account, f"privateTo.{index}") for index, account in enumerate(given))


@strawberry.input
class CreateMeterInput:
    code: str
    name: str
    unit: str = strawberry.field(description="The unit that prices name, such as vCPU-hour.")
    kind: MeterKind


def meter_request(given: CreateMeterInput) -> create_meter.CreateMeter:
    return create_meter.CreateMeter(code=given.code, name=given.name, unit=given.unit, kind=given.kind)


@strawberry.input
class CreatePriceListInput:
    owner_id: strawberry.ID = strawberry.field(description="The account that sells by it.")
    code: str
    name: str
    currency: str = strawberry.field(description="ISO 4217; never changes.")
    vendor_id: strawberry.ID | None = strawberry.field(
        default=None, description="The vendor at whose prices the organisation buys by it; nothing is sold by it."
    )


def price_list_request(given: CreatePriceListInput) -> create_price_list.CreatePriceList:
    return create_price_list.CreatePriceList(
        owner_id=uuid_of(Kind.ACCOUNT, given.owner_id, "ownerId"),
        code=given.code,
        name=given.name,
        currency=given.currency,
        vendor_id=optional_uuid(Kind.VENDOR, given.vendor_id, "vendorId"),
    )


@strawberry.input(description="One charge of an offering.")
class NewPriceInput:
    offering_id: strawberry.ID
    charge: str = strawberry.field(description="The charge's code, unique within the offering.")
    kind: ChargeKind
    description: str = strawberry.field(description="Its text on the invoice.")
    model: PriceModelInput
    meter: str | None = strawberry.field(default=None, description="The meter's code, of a usage charge.")


@strawberry.input
class PublishPricesInput:
    price_list_id: strawberry.ID
    valid_from: datetime
    prices: list[NewPriceInput] = strawberry.field(description="All of them: a version replaces the one before it.")


def publication(given: PublishPricesInput) -> publish_prices.PublishPrices:
    return publish_prices.PublishPrices(
        price_list_id=uuid_of(Kind.PRICE_LIST, given.price_list_id, "priceListId"),
        valid_from=given.valid_from,
        prices=tuple(_price(index, price) for index, price in enumerate(given.prices)),
    )


def _price(index: int, given: NewPriceInput) -> publish_prices.NewPrice:
    return publish_prices.NewPrice(
        offering_id=uuid_of(Kind.OFFERING, given.offering_id, f"prices.{index}.offeringId"),
        charge=given.charge,
        kind=given.kind,
        description=given.description,
        model=stored(given.model),
        meter=given.meter,
    )


def place_of_publication(given: PublishPricesInput, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names."""
    return place_of_price([price.model for price in given.prices], path)
