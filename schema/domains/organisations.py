"""Organisations and accounts in GraphQL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from bss.hierarchy.close_account import close_account
from bss.hierarchy.move_account import move_account
from bss.hierarchy.reopen_account import reopen_account
from bss.identifier import Kind
from bss.invoicing.set_billing_schedule import MOST_GRACE_DAYS, SetBillingSchedule, set_billing_schedule
from bss.module import EDITIONS, Edition, Module, edition_of
from bss.organisations import account as domain
from bss.organisations import placement, queries
from bss.organisations.create_account import create_account
from bss.organisations.set_modules import SetModules, set_modules
from bss.organisations.update_account import update_account
from bss.refusal import InvalidInput
from bss.relations import queries as relations
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected, listed, listed_under
from schema.declare import mutation, needs, shown
from schema.domains.account_inputs import (
    CloseAccountInput,
    CreateAccountInput,
    MoveAccountInput,
    ReopenAccountInput,
    UpdateAccountInput,
    closing,
    creation,
    move,
    place_in_move,
    reopening,
    update,
)
from schema.domains.bonds import Bond, bonds_of
from schema.domains.cases import Case
from schema.domains.relation_records import CalendarEvent, Contact, Document, Email, Task
from schema.locks import Lockable
from schema.node import FINDERS, SHOWN, Node, findable, id_of, optional_id, uuid_of
from schema.size import sized
from sync import queries as sync

AsOf = Annotated[datetime | None, strawberry.argument(description="At this instant; left out: now.")]
KnownAt = Annotated[
    datetime | None, strawberry.argument(description="As it was known at this instant; left out: as it is known now.")
]
strawberry.enum(Edition, description="A named set of modules.")
strawberry.enum(Module, description="A part that an organisation may have switched off.")


@strawberry.type(description="An organisation: a distributor, or a reseller with its own books.")
class Organisation(Node):
    name: str
    slug: str
    zone: str = strawberry.field(description="IANA time zone.")
    currency: str = strawberry.field(description="ISO 4217.")
    root_account_id: strawberry.ID
    edition: Edition | None = strawberry.field(description="The edition that has exactly these modules, if one has.")
    modules: list[Module] = strawberry.field(description="What is switched on.", directives=sized(20))
    billing_grace_days: int | None = strawberry.field(
        description="A billing period is closed by itself so many days after its end; null: by request only."
    )

    @classmethod
    def of(cls, organisation: queries.Organisation) -> Organisation:
        return cls(
            id=id_of(Kind.ORGANISATION, organisation.id),
            name=organisation.name,
            slug=organisation.slug,
            zone=organisation.zone,
            currency=organisation.currency,
            root_account_id=id_of(Kind.ACCOUNT, organisation.root_account_id),
            edition=edition_of(organisation.modules),
            modules=sorted(organisation.modules),
            billing_grace_days=organisation.billing_grace_days,
        )


@strawberry.type(description="A place in the organisation's account tree.")
class Account(Node, Lockable):
    key: strawberry.Private[UUID]
    parent_uuid: strawberry.Private[UUID | None]
    kind: domain.AccountKind
    name: str
    accounting_number: str = strawberry.field(description="Its number in the seller's books; empty without one.")
    email: str
    billing_address: str
    legal_address: str = strawberry.field(description="Its seat; it never crosses a link.")
    parent_id: strawberry.ID | None
    mirrored: bool = strawberry.field(description="Copied from a reseller's books and locked here.")
    managed_by: str | None = strawberry.field(description="The reseller that manages a mirrored account.")
    version: int
    created_at: datetime
    closed_at: datetime | None = strawberry.field(description="Null while it is open.")

    @classmethod
    def of(cls, account: domain.Account) -> Account:
        return cls(
            id=id_of(Kind.ACCOUNT, account.id),
            key=account.id,
            parent_uuid=account.parent_id,
            kind=account.kind,
            name=account.name,
            accounting_number=account.accounting_number,
            email=account.email,
            billing_address=account.billing_address,
            legal_address=account.legal_address,
            parent_id=optional_id(Kind.ACCOUNT, account.parent_id),
            mirrored=account.mirrored,
            managed_by=account.managed_by or None,
            version=account.version,
            created_at=account.created_at,
            closed_at=account.closed_at,
        )

    @strawberry.field(
        description="The account above, or null at the top of the caller's scope.", directives=needs(queries.many)
    )
    async def parent(self, info: Info) -> Account | None:
        return await optional_account(info, self.parent_uuid)

    @strawberry.field(description="Where it stood when.", directives=[*needs(queries.placements), *sized(10)])
    async def placements(self, info: Info, known_at: KnownAt = None) -> list[Placement] | None:
        found = await info.context.load(queries.placements, self.key, known_at)
        return [Placement.of(each) for each in found or ()]

    @strawberry.field(
        description="How it stands with the other organisation.", directives=[*needs(sync.bonds), *sized(2)]
    )
    async def bonds(self, info: Info) -> list[Bond] | None:
        return await bonds_of(info, self.key)

    contacts = listed_under(relations.contacts_of_accounts, Contact, description="Its contacts that are not removed.")
    cases = listed_under(relations.cases_of_accounts, Case, description="Its cases, oldest first.")
    tasks = listed_under(relations.tasks_of_accounts, Task, description="Its tasks, oldest first.")
    calendar_events = listed_under(
        relations.calendar_events_of_accounts, CalendarEvent, description="Its calendar events, oldest first."
    )
    emails = listed_under(relations.emails_of_accounts, Email, description="Its recorded e-mails, oldest first.")
    documents = listed_under(relations.documents_of_accounts, Document, description="Its documents, oldest first.")


@strawberry.type(description="Where an account stood within a stretch of time; its end does not belong to it.")
class Placement:
    value: strawberry.Private[placement.Placement]
    effective_from: datetime
    effective_to: datetime | None
    recorded_from: datetime = strawberry.field(description="When this became known.")
    recorded_to: datetime | None = strawberry.field(description="When something else became known.")

    @classmethod
    def of(cls, value: placement.Placement) -> Placement:
        return cls(
            value=value,
            effective_from=value.effective_from,
            effective_to=value.effective_to,
            recorded_from=value.recorded_from,
            recorded_to=value.recorded_to,
        )

    @strawberry.field(directives=needs(queries.many))
    async def account(self, info: Info) -> Account | None:
        return await optional_account(info, self.value.account_id)

    @strawberry.field(
        description="The account above it, or null where the caller cannot see it.", directives=needs(queries.many)
    )
    async def parent(self, info: Info) -> Account | None:
        return await optional_account(info, self.value.parent_id)


account_by_id = findable(Kind.ACCOUNT, queries.many, Account)


async def optional_account(info: Info, account_id: UUID | None) -> Account | None:
    """The account of a reference that may be absent or may lie outside the caller's scope; batched."""
    found: Account | None = None if account_id is None else await account_by_id(info, account_id)
    return found


async def _own_organisation(info: Info, organisation_id: UUID) -> Organisation | None:
    found = await queries.organisation(info.context.viewer)
    return Organisation.of(found) if found.id == organisation_id else None


FINDERS[Kind.ORGANISATION] = _own_organisation
SHOWN[Kind.ORGANISATION] = Organisation


@strawberry.input
class SetBillingScheduleInput:
    grace_days: strawberry.Maybe[int | None] = strawberry.field(
        description=f"Days after a period's end, for usage that comes late: 0 to {MOST_GRACE_DAYS}; null: by request."
    )


def _schedule(given: SetBillingScheduleInput) -> SetBillingSchedule:
    if given.grace_days is None:
        raise InvalidInput.at("graceDays", "Say after how many days, or null.")
    return SetBillingSchedule(given.grace_days.value)


@strawberry.input(one_of=True, description="A named set of modules, or modules one by one.")
class SetModulesInput:
    edition: strawberry.Maybe[Edition]
    modules: strawberry.Maybe[list[Module]]


def _modules(given: SetModulesInput) -> SetModules:
    if given.edition is not None:
        return SetModules(EDITIONS[given.edition.value])
    return SetModules(frozenset(given.modules.value if given.modules is not None else ()))


async def _own(info: Info, outcome: Outcome, given: SetModulesInput) -> Organisation:
    return Organisation.of(await queries.organisation(info.context.viewer))


@strawberry.type
class Query:
    @strawberry.field(description="The caller's own organisation.")
    async def organisation(self, info: Info) -> Organisation:
        return Organisation.of(await queries.organisation(info.context.viewer))

    accounts = listed(queries.page, Account, description="Accounts in scope, oldest first.")

    @strawberry.field(
        description="Where the accounts in scope stood at an instant, or those that stood in one account and below it.",
        directives=needs(queries.hierarchy),
    )
    async def hierarchy(
        self,
        info: Info,
        account_id: strawberry.ID | None = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Placement]:
        asking, request, under = info.context, asked_page(first, after, last, before), None
        if account_id is not None:
            identifier = uuid_of(Kind.ACCOUNT, account_id, "accountId")
            under = (await queries.one(asking.viewer, identifier, path=("accountId",))).id
        instant = asking.clock.now() if as_of is None else as_of
        page = await queries.hierarchy(asking.viewer, request, as_of=instant, known_at=known_at, under=under)
        return connected(page, Placement.of, lambda row: row.id)


_shown = shown(queries.many, Account)


@strawberry.type
class Mutation:
    create_account = mutation(
        create_account, input_type=CreateAccountInput, result=Account, request_of=creation, answer=_shown
    )
    update_account = mutation(
        update_account, input_type=UpdateAccountInput, result=Account, request_of=update, answer=_shown
    )
    close_account = mutation(
        close_account, input_type=CloseAccountInput, result=Account, request_of=closing, answer=_shown
    )
    reopen_account = mutation(
        reopen_account, input_type=ReopenAccountInput, result=Account, request_of=reopening, answer=_shown
    )
    move_account = mutation(
        move_account,
        input_type=MoveAccountInput,
        result=Account,
        request_of=move,
        answer=_shown,
        place_of=place_in_move,
    )
    set_billing_schedule = mutation(
        set_billing_schedule,
        input_type=SetBillingScheduleInput,
        result=Organisation,
        request_of=_schedule,
        answer=_own,
    )
    set_modules = mutation(
        set_modules,
        input_type=SetModulesInput,
        result=Organisation,
        request_of=_modules,
        answer=_own,
    )
