"""Step: write the price list at which the organisation buys over a link, as its supplier published it.

Owns: the received list, its versions, and the translation of the supplier's offerings to those that resell
them. Does not own: the terms of the supply edge (`bss.agreements.receive_supply`), or the messages (`sync`).
Runs as bss_sync: the database refuses other roles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bss.catalogue.price_list import PriceLine, PriceVersion
from bss.catalogue.queries import meters, price_lists, price_versions, prices_of_versions
from bss.catalogue.supplied import SuppliedMeter, SuppliedPrices, SuppliedVersion
from bss.identifier import Kind, derived, public, uuid7
from bss.organisations.account import Account
from bss.organisations.queries import one, organisation
from bss.refusal import Conflict
from bss.tariff.price import from_data
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Received:
    """The received list's id here, and the ids of those of the supplier's offerings that nothing resells yet.

    Their prices were passed over: the same data is to be received again when an offering resells them.
    """

    price_list_id: UUID
    not_resold: frozenset[UUID]


async def receive_prices(tx: Transaction, link_id: UUID, supplied: SuppliedPrices) -> Received:
    """Write what is new; what was received before stays, for a published version never changes.

    Raises `Conflict` when a version, a price, the currency or a meter differs from what was received before,
    and `InvalidPrice` for a price model that this installation does not know.
    """
    list_id = derived("received price list", tx.organisation_id, link_id, supplied.code)
    resold = await _resold(tx, link_id)
    versions = tuple(_version_of(list_id, version) for version in supplied.versions)
    lines = tuple(line for version in supplied.versions for line in _lines_of(list_id, version, resold))
    root = await one(tx.viewer, (await organisation(tx.viewer)).root_account_id)
    await _write_meters(tx, root, supplied.meters)
    await _write_list(tx, root, list_id, supplied)
    await _write_versions(tx, root, list_id, versions)
    await _write_lines(tx, root, versions, lines)
    named = {price.supply_offering_id for version in supplied.versions for price in version.prices}
    return Received(list_id, frozenset(named - resold.keys()))


async def _resold(tx: Transaction, link_id: UUID) -> dict[UUID, UUID]:
    """The offerings that resell over the link, by the supplier's id."""
    rows = await tx.connection.fetch(
        "SELECT supply_offering_id, id FROM offering WHERE organisation_id = $1 AND supply_link_id = $2",
        *(tx.organisation_id, link_id),
    )
    return {row["supply_offering_id"]: row["id"] for row in rows}


def _version_id(list_id: UUID, number: int) -> UUID:
    return derived("received price version", list_id, number)


def _version_of(list_id: UUID, version: SuppliedVersion) -> PriceVersion:
    identifier = _version_id(list_id, version.number)
    return PriceVersion(identifier, list_id, version.number, version.valid_from, version.published_at)


def _lines_of(list_id: UUID, version: SuppliedVersion, resold: dict[UUID, UUID]) -> Sequence[PriceLine]:
    version_id = _version_id(list_id, version.number)
    lines = []
    for price in version.prices:
        offering_id = resold.get(price.supply_offering_id)
        if offering_id is None:
            continue
        from_data(price.model)
        line_id = derived("received price", version_id, offering_id, price.charge)
        facts = (price.charge, price.kind, price.description, price.meter, price.model)
        lines.append(PriceLine(line_id, version_id, offering_id, *facts))
    return lines


async def _write_meters(tx: Transaction, root: Account, supplied: tuple[SuppliedMeter, ...]) -> None:
    known = await meters(tx.viewer, {meter.code for meter in supplied})
    for meter in supplied:
        ours = known.get(meter.code)
        if ours is not None and (ours.divisor, ours.kind) != (meter.divisor, meter.kind):
            raise Conflict(f"The meter {meter.code!r} measures something else here.", ("meters",))
    await tx.connection.executemany(
        "INSERT INTO meter (id, organisation_id, path, code, name, unit, divisor, kind)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                *(uuid7(), tx.organisation_id, root.path, meter.code, meter.name),
                *(meter.unit, meter.divisor, meter.kind.value),
            )
            for meter in supplied
            if meter.code not in known
        ],
    )


async def _write_list(tx: Transaction, root: Account, list_id: UUID, supplied: SuppliedPrices) -> None:
    known = (await price_lists(tx.viewer, (list_id,))).get(list_id)
    if known is not None and known.currency != supplied.currency:
        raise Conflict(f"The supplier's list {known.name} is in {known.currency}.", ("currency",))
    # The supplier's code may be taken here by a list of the organisation's own or of another supplier's.
    code = public(Kind.PRICE_LIST, list_id)
    await tx.connection.execute(
        "INSERT INTO price_list (id, organisation_id, path, owner_id, code, name, currency, received)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, true) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        *(list_id, tx.organisation_id, root.path, root.id, code, supplied.name, supplied.currency),
    )


async def _write_versions(tx: Transaction, root: Account, list_id: UUID, versions: tuple[PriceVersion, ...]) -> None:
    stated = {version.id: version for version in versions}
    known = {version.id: version for version in (await price_versions(tx.viewer, (list_id,)))[list_id]}
    for version in known.values():
        if stated.get(version.id, version) != version:
            raise Conflict(f"Version {version.number} was received with other dates before.", ("versions",))
    await tx.connection.executemany(
        "INSERT INTO price_version (id, organisation_id, path, price_list_id, number, valid_from, published_at,"
        " received) VALUES ($1, $2, $3, $4, $5, $6, $7, true)",
        [
            (new.id, tx.organisation_id, root.path, list_id, new.number, new.valid_from, new.published_at)
            for new in versions
            if new.id not in known
        ],
    )


async def _write_lines(
    tx: Transaction, root: Account, versions: tuple[PriceVersion, ...], lines: tuple[PriceLine, ...]
) -> None:
    stated = {line.id: line for line in lines}
    received = await prices_of_versions(tx.viewer, [version.id for version in versions])
    known = {line.id: line for of_version in received.values() for line in of_version}
    for line in known.values():
        # What the supplier tells no more, because it is private to others since, stays as it was told.
        if stated.get(line.id, line) != line:
            raise Conflict(f"The price {line.description!r} was received with other terms before.", ("versions",))
    await tx.connection.executemany(
        "INSERT INTO price (id, organisation_id, path, version_id, offering_id, charge, kind, description, meter,"
        " model) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (
                *(new.id, tx.organisation_id, root.path, new.version_id, new.offering_id),
                *(new.charge, new.kind.value, new.description, new.meter, json.dumps(new.model)),
            )
            for new in lines
            if new.id not in known
        ],
    )
