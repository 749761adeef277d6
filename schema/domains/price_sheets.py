"""Price lists in bulk: a version as CSV, out and in, with a receipt of what an import changes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from bss.catalogue import price_changes as domain
from bss.catalogue.import_prices import ImportPrices, import_prices
from bss.catalogue.new_price import NewPrice
from bss.identifier import Kind
from bss.subscriptions import queries as subscriptions
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.declare import mutation, needs
from schema.domains.prices import Price
from schema.domains.subscriptions import Subscription, subscription_by_id
from schema.node import id_of, optional_id, optional_uuid, uuid_of
from schema.size import sized

_SHEET = "CSV with a header: offering, offering_id, charge, kind, description, meter, model, from, up_to, unit, flat,"


@strawberry.type(description="One charge of an offering, as it was and as it will be.")
class PriceChange:
    offering_id: strawberry.ID
    charge: str
    before: Price | None = strawberry.field(description="Null when it is added.")
    after: Price | None = strawberry.field(description="Null when it is removed.")

    @classmethod
    def of(cls, change: domain.PriceChange) -> PriceChange | None:
        stated = change.before or change.after
        if stated is None:
            return None
        return cls(
            offering_id=id_of(Kind.OFFERING, stated.offering_id),
            charge=stated.charge,
            before=_price(change.before),
            after=_price(change.after),
        )


def _price(stated: NewPrice | None) -> Price | None:
    return None if stated is None else Price.of(stated)


@strawberry.type(description="What an import of prices changes, against the latest version before it.")
class PriceImport:
    running: strawberry.Private[tuple[UUID, ...]]
    version_id: strawberry.ID | None = strawberry.field(description="Of the version that was published; dry run: null.")
    added: int
    changed: int
    removed: int
    changes: list[PriceChange] = strawberry.field(description="The first 200.", directives=sized(200))
    affected_subscriptions: int = strawberry.field(
        description="How many run at or after the version's start on an offering with a change, and are charged by the"
        " list."
    )

    @classmethod
    def of(cls, receipt: domain.ImportReceipt) -> PriceImport:
        shown = (PriceChange.of(change) for change in receipt.changes)
        return cls(
            running=receipt.first_subscriptions,
            version_id=optional_id(Kind.PRICE_VERSION, receipt.version_id),
            added=receipt.added,
            changed=receipt.changed,
            removed=receipt.removed,
            changes=[change for change in shown if change is not None],
            affected_subscriptions=receipt.subscriptions,
        )

    @strawberry.field(
        description="The first 50 of the affected ones.", directives=[*needs(subscriptions.many), *sized(20)]
    )
    async def first_affected(self, info: Info) -> list[Subscription] | None:
        found = [await subscription_by_id(info, identifier) for identifier in self.running]
        return [each for each in found if each is not None]


@strawberry.input
class ImportPricesInput:
    price_list_id: strawberry.ID
    valid_from: datetime
    csv: str = strawberry.field(
        description=f"{_SHEET} size, block; all prices of the list, as exportPriceList writes them."
    )
    dry_run: bool = strawberry.field(default=False, description="Refuse or answer the same, and change nothing.")


def _request(given: ImportPricesInput) -> ImportPrices:
    return ImportPrices(
        price_list_id=uuid_of(Kind.PRICE_LIST, given.price_list_id, "priceListId"),
        valid_from=given.valid_from,
        csv=given.csv,
        dry_run=given.dry_run,
    )


async def _receipt(info: Info, outcome: Outcome, given: ImportPricesInput) -> PriceImport:
    version_id = None if given.dry_run else outcome.object_id
    return PriceImport.of(await domain.import_receipt(info.context.viewer, _request(given), version_id))


@strawberry.type
class Query:
    @strawberry.field(
        description="A version of a price list as CSV: a line for each charge of an offering and each of its tiers.",
        directives=needs(domain.price_sheet),
    )
    async def export_price_list(
        self,
        info: Info,
        price_list_id: strawberry.ID,
        version_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Left out: the version in force now.")
        ] = None,
    ) -> str:
        return await domain.price_sheet(
            info.context.viewer,
            uuid_of(Kind.PRICE_LIST, price_list_id, "priceListId"),
            optional_uuid(Kind.PRICE_VERSION, version_id, "versionId"),
            now=info.context.clock.now(),
        )


@strawberry.type
class Mutation:
    import_prices = mutation(
        import_prices,
        input_type=ImportPricesInput,
        result=PriceImport,
        request_of=_request,
        answer=_receipt,
    )
