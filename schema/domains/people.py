"""People, API clients and their memberships in GraphQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.access import queries
from bss.access.add_membership import AddMembership, add_membership
from bss.access.admit import Admit, admit
from bss.access.assign_role import AssignRole, assign_role
from bss.access.end_membership import EndMembership, end_membership
from bss.identifier import Kind
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected, listed
from schema.declare import mutation, needs, shown
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="A person or an API client.")
class Person(Node):
    name: str
    email: str
    created_at: datetime

    @classmethod
    def of(cls, person: queries.Person) -> Person:
        return cls(id=id_of(Kind.PERSON, person.id), name=person.name, email=person.email, created_at=person.created_at)


person_by_id = findable(Kind.PERSON, queries.people, Person)


@strawberry.type(
    description="A person's or an API client's role over an account and everything below it; createToken takes its id."
)
class Membership(Node):
    person_uuid: strawberry.Private[UUID]
    account_id: strawberry.ID
    role: str = strawberry.field(description="The role's code.")
    ended_at: datetime | None

    @classmethod
    def of(cls, membership: queries.Membership) -> Membership:
        return cls(
            id=id_of(Kind.MEMBERSHIP, membership.id),
            person_uuid=membership.person_id,
            account_id=id_of(Kind.ACCOUNT, membership.account_id),
            role=membership.role,
            ended_at=membership.ended_at,
        )

    @strawberry.field(directives=needs(queries.people))
    async def person(self, info: Info) -> Person | None:
        found: Person | None = await person_by_id(info, self.person_uuid)
        return found


findable(Kind.MEMBERSHIP, queries.memberships, Membership)


@strawberry.input
class AdmitPersonInput:
    name: str
    account_id: strawberry.ID
    role: str = strawberry.field(description="A role's code, such as operations or billing_viewer.")
    email: str = ""


def _admission(given: AdmitPersonInput) -> Admit:
    return Admit(
        name=given.name,
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        role=given.role,
        email=given.email,
    )


@strawberry.input
class AddMembershipInput:
    person_id: strawberry.ID
    account_id: strawberry.ID
    role: str = strawberry.field(description="A role's code.")


def _addition(given: AddMembershipInput) -> AddMembership:
    return AddMembership(
        person_id=uuid_of(Kind.PERSON, given.person_id, "personId"),
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        role=given.role,
    )


@strawberry.input
class AssignRoleInput:
    membership_id: strawberry.ID
    role: str = strawberry.field(description="A role's code.")


def _assignment(given: AssignRoleInput) -> AssignRole:
    return AssignRole(uuid_of(Kind.MEMBERSHIP, given.membership_id, "membershipId"), given.role)


@strawberry.input
class EndMembershipInput:
    membership_id: strawberry.ID


def _ending(given: EndMembershipInput) -> EndMembership:
    return EndMembership(uuid_of(Kind.MEMBERSHIP, given.membership_id, "membershipId"))


@strawberry.type
class Query:
    @strawberry.field(
        description="The people and API clients who belong to accounts in scope, oldest first.",
        directives=needs(queries.person_page),
    )
    async def people(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[Person]:
        page = await queries.person_page(info.context.viewer, asked_page(first, after, last, before))
        return connected(page, Person.of, lambda row: row.id)

    memberships = listed(
        queries.membership_page,
        Membership,
        description="Memberships over accounts in scope, or those of one person, oldest first; ended ones too.",
        of=("person_id", Kind.PERSON),
    )


_shown = shown(queries.memberships, Membership)


@strawberry.type
class Mutation:
    admit_person = mutation(admit, input_type=AdmitPersonInput, result=Membership, request_of=_admission, answer=_shown)
    add_membership = mutation(
        add_membership, input_type=AddMembershipInput, result=Membership, request_of=_addition, answer=_shown
    )
    assign_role = mutation(
        assign_role, input_type=AssignRoleInput, result=Membership, request_of=_assignment, answer=_shown
    )
    end_membership = mutation(
        end_membership, input_type=EndMembershipInput, result=Membership, request_of=_ending, answer=_shown
    )
