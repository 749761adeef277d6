"""What a version changes in a price list, and whom it concerns: the receipt of an import, and the sheet of a version.

Owns: the comparison of two versions, and the reading of both. Does not own: the sheet's form
(`bss.catalogue.price_sheet`), or the import (`bss.catalogue.import_prices`). Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.import_prices import ImportPrices, sheet_read
from bss.catalogue.new_price import NewPrice
from bss.catalogue.price_list import PriceLine
from bss.catalogue.price_sheet import written
from bss.catalogue.queries import price_list, price_versions, prices_of_versions, versions_in_force
from bss.catalogue.running import running
from bss.permission import Permission
from bss.refusal import NotFound
from bss.tariff.price import from_data
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires

MOST_CHANGES = 200


@dataclass(frozen=True)
class PriceChange:
    """One charge of an offering in two versions: `before` is None when it was added, `after` when it was removed."""

    before: NewPrice | None
    after: NewPrice | None


@dataclass(frozen=True)
class ImportReceipt:
    """What an import changes: how many prices, the first 200 of them, and what runs on their offerings.

    `subscriptions` are those that the list charges at or after the version's start; `first_subscriptions` the first 50
    of them, by id. `version_id` is None for a dry run.
    """

    version_id: UUID | None
    added: int
    changed: int
    removed: int
    changes: tuple[PriceChange, ...]
    subscriptions: int
    first_subscriptions: tuple[UUID, ...]


@requires(Permission.PRICE_VIEW)
async def price_sheet(viewer: Viewer, price_list_id: UUID, version_id: UUID | None, *, now: datetime) -> str:
    """The CSV of a version of the list, or of the one in force now. Raises `NotFound` with the input's path."""
    target = await price_list(viewer, price_list_id, path=("priceListId",))
    if version_id is None:
        in_force = (await versions_in_force(viewer, (target.id,), now)).get(target.id)
        if in_force is None:
            raise NotFound("version in force", ("priceListId",))
        version_id = in_force.id
    elif version_id not in {version.id for version in (await price_versions(viewer, (target.id,)))[target.id]}:
        raise NotFound("version of this price list", ("versionId",))
    lines = (await prices_of_versions(viewer, (version_id,)))[version_id]
    # Whoever may see a price may see the code of what it is the price of.
    naming = replace(viewer, permissions=viewer.permissions | {Permission.SUBSCRIPTION_VIEW})
    offerings = await published_by_ancestors(naming, {line.offering_id for line in lines})
    return written(lines, {offering.id: offering.code for offering in offerings.values()})


@requires(Permission.PRICE_MANAGE)
async def import_receipt(viewer: Viewer, request: ImportPrices, version_id: UUID | None) -> ImportReceipt:
    """The receipt of an import that was done, or, without a version, of one that was tried and may be done now."""
    async with reading(viewer) as tx:
        target = await price_list(viewer, request.price_list_id, path=("priceListId",))
        versions = (await price_versions(viewer, (target.id,)))[target.id]
        done = next((version for version in versions if version.id == version_id), None)
        earlier = [version.id for version in versions if done is None or version.number < done.number][-1:]
        lines = await prices_of_versions(viewer, earlier if done is None else [*earlier, done.id])
        if done is None:
            after = (await sheet_read(viewer, target, request.csv)).prices
        else:
            after = tuple(map(_stated, lines[done.id]))
        found = changes((_stated(line) for key in earlier for line in lines[key]), after)
        concerned = {price.offering_id for one in found for price in (one.before, one.after) if price is not None}
        runs = await running(tx, target.id, concerned, request.valid_from)
    added, removed = (sum(getattr(one, side) is None for one in found) for side in ("before", "after"))
    return ImportReceipt(
        None if done is None else done.id,
        *(added, len(found) - added - removed, removed),
        found[:MOST_CHANGES],
        *(runs.count, runs.first),
    )


def changes(before: Iterable[NewPrice], after: Iterable[NewPrice]) -> tuple[PriceChange, ...]:
    """The charges that are not the same in both, by offering and charge; 10 and 10.00 are the same price."""
    old = {(price.offering_id, price.charge): price for price in before}
    new = {(price.offering_id, price.charge): price for price in after}
    in_order = sorted(old.keys() | new.keys(), key=lambda key: (key[0].int, key[1]))
    found = (PriceChange(old.get(key), new.get(key)) for key in in_order)
    return tuple(one for one in found if not _same(one.before, one.after))


def _same(before: NewPrice | None, after: NewPrice | None) -> bool:
    if before is None or after is None:
        return False
    if (before.kind, before.description, before.meter) != (after.kind, after.description, after.meter):
        return False
    return before.model == after.model or from_data(before.model) == from_data(after.model)


def _stated(line: PriceLine) -> NewPrice:
    return NewPrice(line.offering_id, line.charge, line.kind, line.description, line.model, line.meter)
