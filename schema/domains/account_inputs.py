"""Inputs of the accounts' mutations, and the requests that they become.

A field that may be left out of a change is a `Maybe`: absent means that it stays, and an explicit null means nothing
and is refused.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import strawberry

from bss.hierarchy.close_account import CloseAccount
from bss.hierarchy.reopen_account import ReopenAccount
from bss.identifier import Kind
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount
from bss.organisations.update_account import UpdateAccount
from schema.node import uuid_of

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


def _id(text: str) -> UUID:
    return uuid_of(Kind.ACCOUNT, text, "accountId")


def _said(given: strawberry.Some[Value] | None) -> Value | None:
    return None if given is None else given.value
