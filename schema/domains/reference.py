"""Reference data in GraphQL: what front ends offer in lists, and the check of a VAT number."""

from __future__ import annotations

import strawberry

from bss.reference import countries, currencies, vat_number, zones
from schema.size import sized


@strawberry.type(description="A country by ISO 3166-1.")
class Country:
    code: str = strawberry.field(description="Two letters.")
    name: str = strawberry.field(description="In English.")
    has_vat_form: bool = strawberry.field(description="Whether the form of its VAT numbers is known here.")


@strawberry.type(description="A currency that is tender today, by ISO 4217.")
class Currency:
    code: str = strawberry.field(description="Three letters.")
    name: str = strawberry.field(description="In English.")
    digits: int = strawberry.field(description="Of the minor unit.")


@strawberry.type(description="An IANA time zone.")
class Zone:
    name: str
    country: str | None = strawberry.field(description="Two letters; null for UTC and the like.")


@strawberry.type(description="A VAT number of the right form, as it is written on a document.")
class VatNumber:
    country: str
    number: str


@strawberry.type
class Query:
    @strawberry.field(description="Every country, by its letters.", directives=sized(250))
    def countries(self) -> list[Country]:
        known = countries.countries().values()
        return [
            Country(code=each.code, name=each.name, has_vat_form=vat_number.has_vat_form(each.code)) for each in known
        ]

    @strawberry.field(description="Every currency that is tender today, by its letters.", directives=sized(180))
    def currencies(self) -> list[Currency]:
        return [
            Currency(code=each.code, name=each.name, digits=each.digits) for each in currencies.currencies().values()
        ]

    @strawberry.field(description="Every time zone, by name.", directives=sized(500))
    def zones(self) -> list[Zone]:
        return [Zone(name=each.name, country=each.country) for each in zones.zones()]

    @strawberry.field(description="The number as it is written; refused when its form or its check digits are wrong.")
    def check_vat_number(self, country: str, number: str) -> VatNumber:
        checked = vat_number.vat_number(country, number)
        return VatNumber(country=checked.country, number=checked.number)
