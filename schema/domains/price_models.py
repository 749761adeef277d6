"""Price models in GraphQL: one input of which exactly one field is given, and the same shape as an answer.

Owns: the way between the API's fields and the stored form of a price. Does not own: what makes a price valid, which
`bss.tariff.price` says with a path; here the path gets the API's names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import strawberry

from bss.canonical import decimal_text
from schema.size import sized

API_NAME = {
    "flat": "flat",
    "per_unit": "perUnit",
    "graduated": "graduated",
    "volume": "volume",
    "package": "package",
}
"""The stored name of each model, and its field in the API."""

_UP_TO = "The tier's upper bound; null in the last tier, which is without end."


@strawberry.input(description="The same whatever the quantity.")
class FlatPriceInput:
    fee: Decimal


@strawberry.input(description="So much for each unit.")
class PerUnitPriceInput:
    unit: Decimal


@strawberry.input(description="A stretch of quantities with a price of its own.")
class TierInput:
    up_to: Decimal | None = strawberry.field(default=None, description=_UP_TO)
    unit: strawberry.Maybe[Decimal] = strawberry.field(default=None, description="Left out: 0.")
    flat: strawberry.Maybe[Decimal] = strawberry.field(default=None, description="Left out: 0.")


@strawberry.input(description="A price by tiers, lowest first.")
class TieredPriceInput:
    tiers: list[TierInput]


@strawberry.input(description="So much for each block that is begun.")
class PackagePriceInput:
    size: Decimal
    block: Decimal


@strawberry.input(one_of=True, description="How a quantity becomes an amount; give exactly one.")
class PriceModelInput:
    flat: strawberry.Maybe[FlatPriceInput]
    per_unit: strawberry.Maybe[PerUnitPriceInput]
    graduated: strawberry.Maybe[TieredPriceInput]
    volume: strawberry.Maybe[TieredPriceInput]
    package: strawberry.Maybe[PackagePriceInput]


def chosen(given: PriceModelInput) -> str:
    """The stored name of the model that was given; GraphQL itself has seen to it that there is exactly one."""
    return next(name for name in API_NAME if getattr(given, name) is not None)


def stored(given: PriceModelInput) -> dict[str, Any]:
    """The price as `bss.tariff.price.from_data` reads it."""
    name = chosen(given)
    match getattr(given, name).value:
        case FlatPriceInput(fee=fee):
            data: dict[str, Any] = {"fee": decimal_text(fee)}
        case PerUnitPriceInput(unit=unit):
            data = {"unit": decimal_text(unit)}
        case TieredPriceInput(tiers=tiers):
            data = {"tiers": [_stored_tier(tier) for tier in tiers]}
        case PackagePriceInput(size=size, block=block):
            data = {"size": decimal_text(size), "block": decimal_text(block)}
    return {"model": name, **data}


def _stored_tier(tier: TierInput) -> dict[str, str | None]:
    up_to = None if tier.up_to is None else decimal_text(tier.up_to)
    unit, flat = (decimal_text(given.value if given else Decimal(0)) for given in (tier.unit, tier.flat))
    return {"up_to": up_to, "unit": unit, "flat": flat}


def place_of_price(models: Sequence[PriceModelInput], path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem with the field of the model that was given: prices.2.model.graduated.tiers.1.upTo."""
    match path:
        case ("prices", index, "model", *rest):
            return ("prices", index, "model", API_NAME[chosen(models[int(index)])], *rest)
    return path


@strawberry.type(description="The same whatever the quantity.")
class FlatPrice:
    fee: Decimal


@strawberry.type(description="So much for each unit.")
class PerUnitPrice:
    unit: Decimal


@strawberry.type(description="A stretch of quantities with a price of its own.")
class Tier:
    up_to: Decimal | None = strawberry.field(description=_UP_TO)
    unit: Decimal
    flat: Decimal


@strawberry.type(description="A price by tiers, lowest first.")
class TieredPrice:
    tiers: list[Tier] = strawberry.field(directives=sized(5))


@strawberry.type(description="So much for each block that is begun.")
class PackagePrice:
    size: Decimal
    block: Decimal


@strawberry.type(description="How a quantity becomes an amount; exactly one field is not null.")
class PriceModel:
    flat: FlatPrice | None = None
    per_unit: PerUnitPrice | None = None
    graduated: TieredPrice | None = None
    volume: TieredPrice | None = None
    package: PackagePrice | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> PriceModel:
        match data["model"]:
            case "flat":
                return cls(flat=FlatPrice(fee=data["fee"]))
            case "per_unit":
                return cls(per_unit=PerUnitPrice(unit=data["unit"]))
            case "graduated":
                return cls(graduated=_tiered(data))
            case "volume":
                return cls(volume=_tiered(data))
            case _:
                return cls(package=PackagePrice(size=data["size"], block=data["block"]))


def _tiered(data: Mapping[str, Any]) -> TieredPrice:
    rows = data["tiers"]
    return TieredPrice(
        tiers=[Tier(up_to=row["up_to"], unit=row.get("unit", "0"), flat=row.get("flat", "0")) for row in rows]
    )
