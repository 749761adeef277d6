"""Brands in GraphQL: how an account shows itself to its people before they sign in."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

import strawberry

from bss.brands import queries
from bss.brands.set_brand import SetBrand, set_brand
from bss.identifier import Kind
from schema.asking import Info
from schema.declare import mutation, needs, shown
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="The name, the colours and the logo that an account's people see before they sign in.")
class Brand(Node):
    account_id: strawberry.ID
    name: str
    colour: str = strawberry.field(description="Of the form #rrggbb; empty: none.")
    accent: str = strawberry.field(description="A second colour, of the same form.")
    logo: str | None = strawberry.field(description="A PNG in base64.")
    updated_at: datetime

    @classmethod
    def of(cls, brand: queries.Brand) -> Brand:
        return cls(
            id=id_of(Kind.BRAND, brand.id),
            account_id=id_of(Kind.ACCOUNT, brand.account_id),
            name=brand.name,
            colour=brand.colour,
            accent=brand.accent,
            logo=None if brand.logo is None else b64encode(brand.logo).decode(),
            updated_at=brand.updated_at,
        )


findable(Kind.BRAND, queries.brands, Brand)


@strawberry.input
class SetBrandInput:
    account_id: strawberry.ID
    name: str
    colour: str = strawberry.field(default="", description="Of the form #rrggbb, and readable on white; empty: none.")
    accent: str = strawberry.field(default="", description="A second colour, of the same form.")
    logo: strawberry.Maybe[str] = strawberry.field(
        default=None, description="A PNG or JPEG in base64, of at most 512 KiB; empty: none. Left out: as it was."
    )


def _setting(given: SetBrandInput) -> SetBrand:
    return SetBrand(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        name=given.name,
        colour=given.colour,
        accent=given.accent,
        logo=None if given.logo is None else given.logo.value,
    )


@strawberry.type
class Query:
    @strawberry.field(
        description="The brand of an account in scope, or null: its hosts show its name then.",
        directives=needs(queries.brand_of),
    )
    async def brand(self, info: Info, account_id: strawberry.ID) -> Brand | None:
        account = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        found = await queries.brand_of(info.context.viewer, account)
        return None if found is None else Brand.of(found)


@strawberry.type
class Mutation:
    set_brand = mutation(
        set_brand,
        input_type=SetBrandInput,
        result=Brand,
        request_of=_setting,
        answer=shown(queries.brands, Brand),
    )
