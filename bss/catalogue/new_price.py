"""A price that is to be published, and all that can be wrong with the prices of a version.

Owns: the rules that join prices, offerings and meters. Does not own: the rules of a price model
(`bss.tariff.price`), or the version itself (`bss.catalogue.publish_prices`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bss.catalogue.price_list import ChargeKind, PriceList
from bss.catalogue.product import Offering, OfferingKind
from bss.refusal import Problem
from bss.tariff.price import from_data
from bss.tariff.problems import InvalidPrice


@dataclass(frozen=True)
class NewPrice:
    """One charge of an offering: its code, kind and text on the invoice, its price model, a usage charge's meter."""

    offering_id: UUID
    charge: str
    kind: ChargeKind
    description: str
    model: dict[str, Any]
    meter: str | None = None


@dataclass(frozen=True)
class Known:
    """What prices may refer to: their list, the offerings that the caller knows, the codes of the meters."""

    price_list: PriceList
    offerings: Mapping[UUID, Offering]
    meters: frozenset[str]


def price_problems(prices: tuple[NewPrice, ...], known: Known) -> Iterator[Problem]:
    """Everything that is wrong with them, at paths such as prices.2.model.tiers.1.upTo."""
    first_use: dict[tuple[UUID, str], int] = {}
    for index, price in enumerate(prices):
        place = ("prices", str(index))
        yield from _offering_problems(place, price, known)
        yield from _charge_problems(place, price)
        yield from _meter_problems(place, price, known)
        yield from _model_problems(place, price)
        first = first_use.setdefault((price.offering_id, price.charge.strip()), index)
        if first != index:
            yield Problem((*place, "charge"), f"prices.{first} has this charge of this offering already.")


def _offering_problems(place: tuple[str, ...], price: NewPrice, known: Known) -> Iterator[Problem]:
    offering = known.offerings.get(price.offering_id)
    if offering is None:
        yield Problem((*place, "offeringId"), "There is no such offering.")
    elif not known.price_list.path.startswith(offering.path):
        yield Problem((*place, "offeringId"), "The owner of this price list may not sell this offering.")
    elif offering.kind is OfferingKind.ASSET and price.kind is not ChargeKind.ONE_TIME:
        yield Problem((*place, "kind"), f"{offering.name} is an asset: it is paid for once.")


def _charge_problems(place: tuple[str, ...], price: NewPrice) -> Iterator[Problem]:
    if not price.charge.strip():
        yield Problem((*place, "charge"), "A charge has a code.")
    if not price.description.strip():
        yield Problem((*place, "description"), "A charge has a text for the invoice.")


def _meter_problems(place: tuple[str, ...], price: NewPrice, known: Known) -> Iterator[Problem]:
    where = (*place, "meter")
    if price.kind is not ChargeKind.USAGE:
        if price.meter is not None:
            yield Problem(where, "Only a usage charge has a meter.")
    elif price.meter is None:
        yield Problem(where, "A usage charge names its meter.")
    elif price.meter not in known.meters:
        yield Problem(where, f"There is no meter {price.meter!r}.")


_NAME_IN_THE_API = {"up_to": "upTo"}


def _model_problems(place: tuple[str, ...], price: NewPrice) -> Iterator[Problem]:
    try:
        from_data(price.model)
    except InvalidPrice as invalid:
        for problem in invalid.problems:
            path = tuple(_NAME_IN_THE_API.get(step, step) for step in problem.path)
            yield Problem((*place, "model", *path), problem.message)
