"""Organisations and accounts in GraphQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.identifier import Kind, public
from bss.organisations import account as domain
from bss.organisations import create_account as creation
from bss.organisations import queries
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import mutation, needs
from schema.node import Node, found_by, uuid_of

strawberry.enum(domain.AccountKind, description="What an account is in the channel.")


@strawberry.type(description="An organisation: a distributor, or a reseller with its own books.")
class Organisation(Node):
    name: str
    slug: str
    zone: str = strawberry.field(description="IANA time zone.")
    currency: str


@strawberry.type(description="A place in the organisation's account tree.")
class Account(Node):
    kind: domain.AccountKind
    name: str
    accounting_number: str
    email: str
    billing_address: str
    parent_id: strawberry.ID | None
    mirrored: bool = strawberry.field(description="Copied from a reseller's books and locked here.")
    managed_by: str | None = strawberry.field(description="The reseller that manages a mirrored account.")
    version: int
    created_at: datetime


def account_node(account: domain.Account) -> Account:
    return Account(
        id=strawberry.ID(public(Kind.ACCOUNT, account.id)),
        kind=account.kind,
        name=account.name,
        accounting_number=account.accounting_number,
        email=account.email,
        billing_address=account.billing_address,
        parent_id=None if account.parent_id is None else strawberry.ID(public(Kind.ACCOUNT, account.parent_id)),
        mirrored=account.mirrored,
        managed_by=account.managed_by or None,
        version=account.version,
        created_at=account.created_at,
    )


async def account_by_id(info: Info, account_id: UUID) -> Account | None:
    """Batched: the accounts of a whole page are one statement."""
    found = await info.context.load(queries.many, account_id)
    return None if found is None else account_node(found)


found_by(Kind.ACCOUNT)(account_by_id)


@strawberry.input
class CreateAccountInput:
    parent_id: strawberry.ID
    kind: domain.AccountKind
    name: str
    accounting_number: str = ""
    email: str = ""
    billing_address: str = ""


def _creation(given: CreateAccountInput) -> creation.CreateAccount:
    return creation.CreateAccount(
        parent_id=uuid_of(Kind.ACCOUNT, given.parent_id, "parentId"),
        kind=given.kind,
        name=given.name,
        accounting_number=given.accounting_number,
        email=given.email,
        billing_address=given.billing_address,
    )


async def _created(info: Info, outcome: Outcome) -> Account:
    return account_node(await queries.one(info.context.viewer, outcome.object_id))


@strawberry.type
class Query:
    @strawberry.field(description="The caller's own organisation.")
    async def organisation(self, info: Info) -> Organisation:
        found = await queries.organisation(info.context.viewer)
        return Organisation(
            id=strawberry.ID(public(Kind.ORGANISATION, found.id)),
            name=found.name,
            slug=found.slug,
            zone=found.zone,
            currency=found.currency,
        )

    @strawberry.field(description="Accounts in scope, oldest first.", directives=needs(queries.page))
    async def accounts(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[Account]:
        page = await queries.page(info.context.viewer, asked_page(first, after, last, before))
        return connected(page, account_node, lambda account: account.id)


@strawberry.type
class Mutation:
    create_account = mutation(
        creation.create_account,
        input_type=CreateAccountInput,
        result=Account,
        request_of=_creation,
        answer=_created,
    )
