"""An issuer's card and logo in GraphQL: what is printed of it on every document."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from bss.agreements import logo as domain
from bss.agreements.issuer import CARD_WHEN_SILENT
from schema.size import sized


@strawberry.input(description="What is left out gets its silent form; the name, the issuer's.")
class IssuerCardInput:
    name: str = ""
    address: list[str] = strawberry.field(default_factory=list, description="Line by line.")
    registration: str = ""
    tax_number: str = strawberry.field(default="", description="Checked by the rules of the issuer's country.")
    bank: str = ""
    colour: str = strawberry.field(default="#1f3a5f", description="#rrggbb, dark enough to be read on white.")
    terms: str = ""
    footer: str = ""
    legal: str = strawberry.field(default="", description="Small print below the terms.")


@strawberry.input(description="What is left out stays; empty takes it away.")
class IssuerCardChanges:
    name: strawberry.Maybe[str] = strawberry.field(default=None, description="Empty: the issuer's.")
    address: strawberry.Maybe[list[str]] = strawberry.field(default=None, description="Line by line.")
    registration: strawberry.Maybe[str] = None
    tax_number: strawberry.Maybe[str] = strawberry.field(
        default=None, description="Checked by the rules of the issuer's country."
    )
    bank: strawberry.Maybe[str] = None
    colour: strawberry.Maybe[str] = strawberry.field(
        default=None, description="#rrggbb, dark enough to be read on white."
    )
    terms: strawberry.Maybe[str] = None
    footer: strawberry.Maybe[str] = None
    legal: strawberry.Maybe[str] = None


@strawberry.type(description="What is printed of an issuer on every document.")
class IssuerCard:
    name: str
    address: list[str] = strawberry.field(directives=sized(6))
    registration: str
    tax_number: str
    bank: str
    colour: str
    terms: str
    footer: str
    legal: str

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> IssuerCard:
        return cls(**{name: card[name] for name in CARD_WHEN_SILENT})


@strawberry.type(description="An issuer's logo, as it is printed.")
class IssuerLogo:
    media_type: str
    sha256: str
    content: str = strawberry.field(description="In base64.")

    @classmethod
    def of(cls, logo: domain.Logo) -> IssuerLogo:
        return cls(media_type=logo.media_type, sha256=logo.sha256, content=b64encode(logo.content).decode())


def stored_card(given: IssuerCardInput) -> dict[str, Any]:
    """The card as the domain stores it."""
    return asdict(given)


def changed_card(given: IssuerCardChanges) -> dict[str, Any]:
    """The fields of the card that are said, as the domain stores them."""
    said = ((field.name, getattr(given, field.name)) for field in fields(given))
    return {name: some.value for name, some in said if some is not None}


def api_path(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names."""
    return tuple(to_camel_case(step) for step in path)


def place_on_card(given: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The same, for a mutation."""
    return api_path(path)
