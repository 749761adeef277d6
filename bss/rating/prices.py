"""The prices by which a billing period is charged, ready to be rated.

Owns: which version of a list prices a whole period, and the joining of prices with units. Does not own: the
published rows (`bss.catalogue`), or the arithmetic (`bss.tariff`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bss.catalogue import queries as catalogue
from bss.catalogue.meter import Meter
from bss.catalogue.price_list import ChargeKind, PriceLine
from bss.catalogue.product import Offering
from bss.period import Period
from bss.rating.charges import Charge, Prices
from bss.tariff.price import from_data
from bss.tariff.problems import InvalidPrice
from bss.transaction.begin import Transaction


class UnknownMeter(LookupError):
    """A usage charge, of a received list for example, names a meter that the organisation does not have."""


async def prices_of_period(
    tx: Transaction, price_list_ids: Collection[UUID], period: Period, *, known_at: datetime
) -> dict[UUID, Prices]:
    """The charges of each list by offering, from the version in force at the start of the period.

    A list whose first version begins within the period prices it by that version; a list without either is
    absent. Versions that were published after `known_at` do not count.
    """
    versions = await _versions(tx, price_list_ids, period, known_at)
    lines = await catalogue.prices_of_versions(tx.viewer, list(versions.values()))
    offerings = await catalogue.offerings(tx.viewer, {line.offering_id for some in lines.values() for line in some})
    meters = await catalogue.meters(tx.viewer)
    return {
        price_list_id: by_offering(lines.get(version_id, ()), offerings, meters)
        for price_list_id, version_id in versions.items()
    }


async def _versions(
    tx: Transaction, price_list_ids: Collection[UUID], period: Period, known_at: datetime
) -> dict[UUID, UUID]:
    rows = await tx.connection.fetch(
        "SELECT DISTINCT ON (price_list_id) price_list_id, id FROM price_version"
        " WHERE organisation_id = $1 AND price_list_id = ANY($2) AND valid_from < $4 AND published_at <= $5"
        " ORDER BY price_list_id, valid_from > $3,"
        "  CASE WHEN valid_from <= $3 THEN valid_from END DESC NULLS LAST, valid_from",
        *(tx.organisation_id, list(price_list_ids), period.start, period.end, known_at),
    )
    return {row["price_list_id"]: row["id"] for row in rows}


def by_offering(lines: tuple[PriceLine, ...], offerings: dict[UUID, Offering], meters: dict[str, Meter]) -> Prices:
    """The charges of a version's prices, ready to be rated, and why those that are broken are not."""
    charges: dict[UUID, tuple[Charge, ...]] = {}
    broken: dict[UUID, tuple[str, ...]] = {}
    for line in sorted(lines, key=lambda line: line.charge):
        known, offering_id = charges.get(line.offering_id, ()), line.offering_id
        try:
            charges[offering_id] = (*known, _charge(line, offerings[offering_id], meters))
        except (InvalidPrice, UnknownMeter) as unusable:
            reason = f"the charge {line.charge} of the offering {offering_id} cannot be used: {unusable}"
            broken[offering_id] = (*broken.get(offering_id, ()), reason)
    return Prices(charges, broken)


def _charge(line: PriceLine, offering: Offering, meters: dict[str, Meter]) -> Charge:
    price = from_data(line.model)
    if line.kind is not ChargeKind.USAGE:
        return Charge(line.charge, line.kind, line.description, price, line.version_id, offering.unit)
    if line.meter not in meters:
        raise UnknownMeter(f"there is no meter {line.meter!r}")
    meter = meters[line.meter]
    return Charge(
        *(line.charge, line.kind, line.description, price, line.version_id, meter.unit),
        meter=meter.code,
        divisor=meter.divisor,
    )
