"""Issuers in GraphQL: the legal entities that send documents, their settings and their number series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from bss.agreements import queries
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.agreements.issuer import Issuer as IssuerValue
from bss.agreements.issuer import IssuerSettings
from bss.agreements.series import Series
from bss.agreements.start_series import StartSeries, start_series
from bss.agreements.update_issuer import UpdateIssuer, update_issuer
from bss.identifier import Kind
from bss.organisations import queries as organisations
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.issuer_card import (
    IssuerCard,
    IssuerCardChanges,
    IssuerCardInput,
    IssuerLogo,
    changed_card,
    place_on_card,
    stored_card,
)
from schema.domains.organisations import Account, account_by_id
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized


@strawberry.type(description="A number series: documents are numbered prefix 1, prefix 2, … without a gap.")
class NumberSeries:
    prefix: str
    last_number: int = strawberry.field(description="0 before the first.")
    ended_at: datetime | None = strawberry.field(description="Null while it runs.")

    @classmethod
    def of(cls, series: Series) -> NumberSeries:
        return cls(prefix=series.prefix, last_number=series.last_number, ended_at=series.ended_at)


@strawberry.type(description="A legal entity that sends documents.")
class Issuer(Node):
    key: strawberry.Private[UUID]
    owner_uuid: strawberry.Private[UUID]
    stored_card: strawberry.Private[Mapping[str, Any]]
    name: str
    country: str = strawberry.field(description="ISO 3166-1, by whose rules the tax number is checked; or empty.")
    due_days: int = strawberry.field(description="Days to pay after the issue.")
    sends: bool = strawberry.field(description="Whether issued invoices are to be sent to who is billed.")
    preview_path: str = strawberry.field(
        description="A sample PDF: GET as it is, or POST settings that are not stored yet; with the same token."
    )

    @classmethod
    def of(cls, issuer: IssuerValue) -> Issuer:
        identifier = id_of(Kind.ISSUER, issuer.id)
        return cls(
            id=identifier,
            key=issuer.id,
            owner_uuid=issuer.owner_id,
            name=issuer.name,
            stored_card=issuer.card,
            country=issuer.country,
            due_days=issuer.due_days,
            sends=issuer.sends,
            preview_path=f"/issuers/{identifier}.preview.pdf",
        )

    @strawberry.field
    def card(self) -> IssuerCard:
        return IssuerCard.of(self.stored_card)

    @strawberry.field(directives=needs(organisations.many))
    async def owner(self, info: Info) -> Account | None:
        found: Account | None = await account_by_id(info, self.owner_uuid)
        return found

    @strawberry.field(directives=needs(queries.logos))
    async def logo(self, info: Info) -> IssuerLogo | None:
        found = await info.context.load(queries.logos, self.key)
        return None if found is None else IssuerLogo.of(found)

    @strawberry.field(description="The running one first.", directives=[*needs(queries.series), *sized(4)])
    async def series(self, info: Info) -> list[NumberSeries] | None:
        return [NumberSeries.of(each) for each in await info.context.load(queries.series, self.key) or ()]


issuer_by_id = findable(Kind.ISSUER, queries.issuers, Issuer)


@strawberry.input
class CreateIssuerInput:
    owner_id: strawberry.ID
    name: str
    series_prefix: str = strawberry.field(description="Documents are numbered prefix 1, prefix 2, … without a gap.")
    card: IssuerCardInput = strawberry.field(default_factory=IssuerCardInput)
    country: str = ""
    due_days: int = 30
    sends: bool = False
    logo: str = strawberry.field(default="", description="A PNG or JPEG in base64, of at most 512 KiB.")


def _creation(given: CreateIssuerInput) -> CreateIssuer:
    return CreateIssuer(
        owner_id=uuid_of(Kind.ACCOUNT, given.owner_id, "ownerId"),
        name=given.name,
        card=stored_card(given.card),
        series_prefix=given.series_prefix,
        due_days=given.due_days,
        country=given.country,
        sends=given.sends,
        logo=given.logo,
    )


@strawberry.input(description="What is left out stays as it is.")
class UpdateIssuerInput:
    issuer_id: strawberry.ID
    name: strawberry.Maybe[str] = None
    card: IssuerCardChanges = strawberry.field(default_factory=IssuerCardChanges)
    country: strawberry.Maybe[str] = strawberry.field(default=None, description="ISO 3166-1, or empty.")
    due_days: strawberry.Maybe[int] = None
    sends: strawberry.Maybe[bool] = None
    logo: strawberry.Maybe[str] = strawberry.field(
        default=None, description="A PNG or JPEG in base64, of at most 512 KiB; empty: none."
    )


def _update(given: UpdateIssuerInput) -> UpdateIssuer:
    settings = IssuerSettings(
        name=None if given.name is None else given.name.value,
        card=changed_card(given.card),
        country=None if given.country is None else given.country.value,
        due_days=None if given.due_days is None else given.due_days.value,
        sends=None if given.sends is None else given.sends.value,
        logo=None if given.logo is None else given.logo.value,
    )
    return UpdateIssuer(uuid_of(Kind.ISSUER, given.issuer_id, "issuerId"), settings)


@strawberry.input
class StartSeriesInput:
    issuer_id: strawberry.ID
    series_prefix: str = strawberry.field(description="One that cannot make a number that was given before.")


def _start(given: StartSeriesInput) -> StartSeries:
    return StartSeries(uuid_of(Kind.ISSUER, given.issuer_id, "issuerId"), given.series_prefix)


@strawberry.type
class Query:
    issuers = listed(queries.issuer_page, Issuer, description="Issuers of the accounts in scope, oldest first.")


@strawberry.type
class Mutation:
    create_issuer = mutation(
        create_issuer,
        input_type=CreateIssuerInput,
        result=Issuer,
        request_of=_creation,
        answer=shown(queries.issuers, Issuer),
        place_of=place_on_card,
    )
    update_issuer = mutation(
        update_issuer,
        input_type=UpdateIssuerInput,
        result=Issuer,
        request_of=_update,
        answer=shown(queries.issuers, Issuer),
        place_of=place_on_card,
    )
    start_series = mutation(
        start_series,
        input_type=StartSeriesInput,
        result=Issuer,
        request_of=_start,
        answer=shown(queries.issuers, Issuer),
    )
