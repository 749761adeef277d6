"""Inputs of the accounts' mutations, and the requests that they become.

A field that may be left out of a change is a `Maybe`: absent means that it stays, and an explicit null means nothing
and is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import strawberry

from bss.hierarchy.close_account import CloseAccount
from bss.hierarchy.move_account import MoveAccount, NewTerms
from bss.hierarchy.reopen_account import ReopenAccount
from bss.identifier import Kind
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount
from bss.organisations.update_account import UpdateAccount
from schema.node import optional_uuid, uuid_of

Value = TypeVar("Value")

strawberry.enum(AccountKind, description="What an account is in the channel.")


@strawberry.input
class CreateAccountInput:
    parent_id: strawberry.ID
    kind: AccountKind
    name: str
    accounting_number: str = ""
    email: str = ""
    billing_address: str = ""
    legal_address: str = ""


def creation(given: CreateAccountInput) -> CreateAccount:
    return CreateAccount(
        parent_id=uuid_of(Kind.ACCOUNT, given.parent_id, "parentId"),
        kind=given.kind,
        name=given.name,
        accounting_number=given.accounting_number,
        email=given.email,
        billing_address=given.billing_address,
        legal_address=given.legal_address,
    )


@strawberry.input(description="What is left out stays; an empty text empties the field.")
class UpdateAccountInput:
    account_id: strawberry.ID
    name: strawberry.Maybe[str] = None
    accounting_number: strawberry.Maybe[str] = None
    email: strawberry.Maybe[str] = None
    billing_address: strawberry.Maybe[str] = None
    legal_address: strawberry.Maybe[str] = None
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def update(given: UpdateAccountInput) -> UpdateAccount:
    return UpdateAccount(
        account_id=_id(given.account_id),
        name=_said(given.name),
        accounting_number=_said(given.accounting_number),
        email=_said(given.email),
        billing_address=_said(given.billing_address),
        legal_address=_said(given.legal_address),
        expected_version=_said(given.expected_version),
    )


@strawberry.input
class CloseAccountInput:
    account_id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def closing(given: CloseAccountInput) -> CloseAccount:
    return CloseAccount(_id(given.account_id), _said(given.expected_version))


@strawberry.input
class ReopenAccountInput:
    account_id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def reopening(given: ReopenAccountInput) -> ReopenAccount:
    return ReopenAccount(_id(given.account_id), _said(given.expected_version))


@strawberry.input(description="At which the account buys from the instant of the move on.")
class NewTermsInput:
    price_list_id: strawberry.ID = strawberry.field(description="The seller's; its currency is the edge's.")
    zone: str
    policy: str
    billing_day: int
    issuer_id: strawberry.ID
    seller_account_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        default=None, description="Left out: the new parent."
    )
    bill_to_account_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        default=None, description="Left out: the account itself."
    )


@strawberry.input
class MoveAccountInput:
    account_id: strawberry.ID
    new_parent_id: strawberry.ID
    effective_at: strawberry.Maybe[datetime] = strawberry.field(
        default=None, description="Left out: now. Past: needs subscription:backdate, and no closed period after it."
    )
    terms: strawberry.Maybe[NewTermsInput] = strawberry.field(
        default=None,
        description="Need edge:manage. Left out: it keeps its edge where its seller still stands above it, and else"
        " buys on none.",
    )
    expected_version: strawberry.Maybe[int] = strawberry.field(
        default=None, description="Refuse with CONFLICT when it is at another version."
    )


def move(given: MoveAccountInput) -> MoveAccount:
    return MoveAccount(
        account_id=_id(given.account_id),
        new_parent_id=uuid_of(Kind.ACCOUNT, given.new_parent_id, "newParentId"),
        effective_at=_said(given.effective_at),
        terms=None if given.terms is None else _terms(given.terms.value),
        expected_version=_said(given.expected_version),
    )


def _terms(given: NewTermsInput) -> NewTerms:
    return NewTerms(
        price_list_id=uuid_of(Kind.PRICE_LIST, given.price_list_id, "terms.priceListId"),
        zone=given.zone,
        policy=given.policy,
        billing_day=given.billing_day,
        issuer_id=uuid_of(Kind.ISSUER, given.issuer_id, "terms.issuerId"),
        seller_account_id=optional_uuid(Kind.ACCOUNT, _said(given.seller_account_id), "terms.sellerAccountId"),
        bill_to_account_id=optional_uuid(Kind.ACCOUNT, _said(given.bill_to_account_id), "terms.billToAccountId"),
    )


_OF_TERMS = frozenset({"priceListId", "zone", "policy", "billingDay", "issuerId", "sellerAccountId", "billToAccountId"})


def place_in_move(given: MoveAccountInput, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a problem in the API's names: what is wrong with the new edge stands in its terms."""
    if path[:1] == ("buyerAccountId",):
        return ("accountId",)
    return ("terms", *path) if path and path[0] in _OF_TERMS else path


def _id(text: str) -> UUID:
    return uuid_of(Kind.ACCOUNT, text, "accountId")


def _said(given: strawberry.Some[Value] | None) -> Value | None:
    return None if given is None else given.value
