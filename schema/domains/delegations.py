"""Delegations in GraphQL: as an account's administrators see them, and as those who may act by them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.access import act_as, delegation, delegation_queries
from bss.access.delegate_account import DelegateAccount, delegate_account
from bss.access.end_delegation import EndDelegation, end_delegation
from bss.identifier import Kind
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected, listed
from schema.declare import mutation, shown
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized


@strawberry.type(description="That the people of another account may act for an account, with a role, until an end.")
class Delegation(Node):
    account_id: strawberry.ID = strawberry.field(description="Which is acted for.")
    to_account_id: strawberry.ID = strawberry.field(description="Whose people may act.")
    role: str = strawberry.field(description="The role's code; nobody may do more than their own role allows, either.")
    reason: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = strawberry.field(description="When it was ended before its end.")
    granted_by: str
    created_at: datetime

    @classmethod
    def of(cls, found: delegation.Delegation) -> Delegation:
        return cls(
            id=id_of(Kind.DELEGATION, found.id),
            account_id=id_of(Kind.ACCOUNT, found.account_id),
            to_account_id=id_of(Kind.ACCOUNT, found.to_account_id),
            role=found.role,
            reason=found.reason,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            ended_at=found.ended_at,
            granted_by=found.granted_by_name,
            created_at=found.created_at,
        )


findable(Kind.DELEGATION, delegation_queries.delegations, Delegation)


@strawberry.type(
    description="A delegation by which the caller may act now, over HTTP: the header `Bss-Act-As` has its id."
)
class MyDelegation:
    id: strawberry.ID
    account_id: strawberry.ID
    account_name: str
    role: str
    permissions: list[str] = strawberry.field(
        description="What both the role and the caller's own role allow.", directives=sized(20)
    )
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, held: act_as.Held) -> MyDelegation:
        return cls(
            id=id_of(Kind.DELEGATION, held.id),
            account_id=id_of(Kind.ACCOUNT, held.account_id),
            account_name=held.account_name,
            role=held.role,
            permissions=sorted(word.value for word in held.permissions),
            starts_at=held.starts_at,
            ends_at=held.ends_at,
        )


@strawberry.input
class DelegateAccountInput:
    account_id: strawberry.ID
    to_account_id: strawberry.ID
    role: str = strawberry.field(description="The code of a role that those people may have.")
    reason: str
    ends_at: datetime = strawberry.field(description="At most 400 days after it begins.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(default=None, description="Left out: now.")


def _grant(given: DelegateAccountInput) -> DelegateAccount:
    return DelegateAccount(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        to_account_id=uuid_of(Kind.ACCOUNT, given.to_account_id, "toAccountId"),
        role=given.role,
        reason=given.reason,
        ends_at=given.ends_at,
        starts_at=None if given.starts_at is None else given.starts_at.value,
    )


@strawberry.input
class EndDelegationInput:
    delegation_id: strawberry.ID


def _ending(given: EndDelegationInput) -> EndDelegation:
    return EndDelegation(uuid_of(Kind.DELEGATION, given.delegation_id, "delegationId"))


@strawberry.type
class Query:
    delegations = listed(
        delegation_queries.delegation_page,
        Delegation,
        description="Delegations of accounts in scope, or of one account, oldest first; ended ones too.",
        of=("account_id", Kind.ACCOUNT),
    )

    @strawberry.field(description="The delegations by which the caller may act now, oldest first; none while it acts.")
    async def my_delegations(
        self, info: Info, first: First = None, after: Cursor = None, last: Last = None, before: Cursor = None
    ) -> Connection[MyDelegation]:
        asking = info.context
        request = asked_page(first, after, last, before)
        page = await act_as.my_delegations(asking.viewer, request, now=asking.clock.now())
        return connected(page, MyDelegation.of, lambda row: row.id)


_shown = shown(delegation_queries.delegations, Delegation)


@strawberry.type
class Mutation:
    delegate_account = mutation(
        delegate_account, input_type=DelegateAccountInput, result=Delegation, request_of=_grant, answer=_shown
    )
    end_delegation = mutation(
        end_delegation, input_type=EndDelegationInput, result=Delegation, request_of=_ending, answer=_shown
    )
