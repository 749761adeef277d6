"""An issuer's card in GraphQL: what is printed of it on every document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case


@strawberry.input(description="What is left out gets its silent form; the name, the issuer's.")
class IssuerCardInput:
    name: str = ""
    address: list[str] = strawberry.field(default_factory=list, description="Line by line.")
    registration: str = ""
    tax_number: str = ""
    bank: str = ""
    colour: str = strawberry.field(default="#1f3a5f", description="#rrggbb")
    logo_png: str | None = strawberry.field(default=None, description="A PNG in base64.")
    terms: str = ""
    footer: str = ""


@strawberry.type(description="What is printed of an issuer on every document.")
class IssuerCard:
    name: str
    address: list[str]
    registration: str
    tax_number: str
    bank: str
    colour: str
    logo_png: str | None
    terms: str
    footer: str

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> IssuerCard:
        return cls(**card)


def stored_card(given: IssuerCardInput) -> dict[str, Any]:
    """The card as the domain stores it."""
    return asdict(given)


def place_on_card(given: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names."""
    return tuple(to_camel_case(step) for step in path)
