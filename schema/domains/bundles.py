"""Bundles in GraphQL: what is sold together, and the sale of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from bss.catalogue import bundle as domain
from bss.catalogue.bundle_queries import bundle_page, bundles
from bss.catalogue.create_bundle import CreateBundle, create_bundle
from bss.catalogue.from_above import published_by_ancestors
from bss.identifier import Kind
from bss.organisations import queries as organisations
from bss.refusal import InvalidInput
from bss.subscriptions import subscription as sale
from bss.subscriptions.queries import sold_together
from bss.subscriptions.sell_bundle import SellBundle, sell_bundle
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.catalogue import Offering, offering_by_id
from schema.domains.organisations import Account, account_by_id
from schema.domains.subscription_inputs import CHOSEN, chosen_object
from schema.domains.subscriptions import Subscription
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized


@strawberry.type(description="An offering in a bundle.")
class BundleComponent:
    offering_uuid: strawberry.Private[UUID]
    quantity: Decimal = strawberry.field(description="In one bundle.")

    @classmethod
    def of(cls, component: domain.Component) -> BundleComponent:
        return cls(offering_uuid=component.offering_id, quantity=component.quantity)

    @strawberry.field(directives=needs(published_by_ancestors))
    async def offering(self, info: Info) -> Offering | None:
        found: Offering | None = await offering_by_id(info, self.offering_uuid)
        return found


@strawberry.type(description="Offerings that are sold together; each is charged by its own prices.")
class Bundle(Node):
    owner_uuid: strawberry.Private[UUID]
    code: str
    name: str
    components: list[BundleComponent] = strawberry.field(description="As they were listed.", directives=sized(10))

    @classmethod
    def of(cls, bundle: domain.Bundle) -> Bundle:
        return cls(
            id=id_of(Kind.BUNDLE, bundle.id),
            owner_uuid=bundle.owner_id,
            code=bundle.code,
            name=bundle.name,
            components=[BundleComponent.of(each) for each in bundle.components],
        )

    @strawberry.field(description="The account that sells it.", directives=needs(organisations.many))
    async def owner(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.owner_uuid)
        return found


findable(Kind.BUNDLE, bundles, Bundle)


@strawberry.type(description="What the sale of a bundle made.")
class BundleSale:
    order_reference: str = strawberry.field(description="Of every subscription of the sale.")
    subscriptions: list[Subscription] = strawberry.field(
        description="One for each component; add-ons last.", directives=sized(10)
    )

    @classmethod
    def of(cls, sold: Sequence[sale.Subscription]) -> BundleSale:
        return cls(order_reference=sold[0].order_reference, subscriptions=[Subscription.of(each) for each in sold])


@strawberry.input(description="An offering of a bundle.")
class BundleComponentInput:
    offering_id: strawberry.ID
    quantity: Decimal = strawberry.field(description="In one bundle.")


@strawberry.input
class CreateBundleInput:
    owner_id: strawberry.ID = strawberry.field(description="The account that sells it.")
    code: str
    name: str
    components: list[BundleComponentInput] = strawberry.field(
        description="Each offering once. Add-ons go beside the plan, so that there is exactly one with them."
    )


def _bundle(given: CreateBundleInput) -> CreateBundle:
    return CreateBundle(
        owner_id=uuid_of(Kind.ACCOUNT, given.owner_id, "ownerId"),
        code=given.code,
        name=given.name,
        components=tuple(
            domain.Component(
                uuid_of(Kind.OFFERING, each.offering_id, f"components.{index}.offeringId"),
                each.quantity,
            )
            for index, each in enumerate(given.components)
        ),
    )


@strawberry.input(description="What is chosen about one component.")
class ChosenInput:
    offering_id: strawberry.ID = strawberry.field(description="Of a component.")
    characteristics: JSON = strawberry.field(description=CHOSEN)


@strawberry.input(
    description="A problem of a component stands where the input asks for it: at quantity, at what is chosen about it"
    " (characteristics.0.characteristics.region; characteristics, if nothing is), or else at bundleId."
)
class SellBundleInput:
    account_id: strawberry.ID = strawberry.field(description="The account that consumes.")
    bundle_id: strawberry.ID
    quantity: Decimal = strawberry.field(description="Bundles: each component is sold so many times its quantity.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description="Left out: now.")
    order_reference: str = strawberry.field(default="", description="Left out: one is made.")
    characteristics: list[ChosenInput] = strawberry.field(
        default_factory=list, description="What is chosen about the components; each at most once."
    )


def _sale(given: SellBundleInput) -> SellBundle:
    return SellBundle(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        bundle_id=uuid_of(Kind.BUNDLE, given.bundle_id, "bundleId"),
        quantity=given.quantity,
        starts_at=None if given.starts_at is None else given.starts_at.value,
        order_reference=given.order_reference,
        characteristics=_chosen(given.characteristics),
    )


def _chosen(given: list[ChosenInput]) -> dict[UUID, dict[str, object]]:
    chosen: dict[UUID, dict[str, object]] = {}
    for index, each in enumerate(given):
        offering_id = uuid_of(Kind.OFFERING, each.offering_id, f"characteristics.{index}.offeringId")
        if offering_id in chosen:
            raise InvalidInput.at(f"characteristics.{index}.offeringId", "This offering stands there twice.")
        chosen[offering_id] = chosen_object(each.characteristics)
    return chosen


@strawberry.type
class Query:
    bundles = listed(bundle_page, Bundle, description="Bundles of the accounts in scope, oldest first.")


@strawberry.type
class Mutation:
    create_bundle = mutation(
        create_bundle,
        input_type=CreateBundleInput,
        result=Bundle,
        request_of=_bundle,
        answer=shown(bundles, Bundle),
    )
    sell_bundle = mutation(
        sell_bundle,
        input_type=SellBundleInput,
        result=BundleSale,
        request_of=_sale,
        answer=shown(sold_together, BundleSale),
    )
