"""Admit a person or an API client: a role over an account and everything below it, and a token for it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.grant import grantable, running_membership
from bss.access.models import ApiTokenModel, MembershipModel, PersonModel
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import LockedField, NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class Admit:
    """A new person or API client with one membership."""

    name: str
    account_id: UUID
    role: str
    email: str = ""


@command("admitPerson", requires=Permission.PERSON_MANAGE, refuses=(NotFound, LockedField))
async def admit(tx: Transaction, request: Admit, now: datetime) -> Outcome:
    """Admit a person; the id is the membership's. Nobody is admitted to a mirrored account (E23)."""
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("Access to this account")
    await grantable(tx, request.role, account)
    person = await PersonModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=account.path,
        name=request.name,
        email=request.email,
        created_at=now,
    )
    membership = await MembershipModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=account.path,
        person_id=person.id,
        account_id=account.id,
        role=request.role,
    )
    return Outcome(membership.id)


@dataclass(frozen=True)
class CreateToken:
    """A bearer token for a membership."""

    membership_id: UUID
    name: str
    expires_at: datetime | None = None


@command("createToken", requires=Permission.TOKEN_CREATE, refuses=(NotFound, WrongState))
async def create_token(tx: Transaction, request: CreateToken, now: datetime) -> Outcome:
    """Make a token, shown once in the outcome's secret; only its hash is stored, and a repeated call has none."""
    membership = await running_membership(tx, request.membership_id)
    secret = f"bss_{secrets.token_urlsafe(32)}"
    token = await ApiTokenModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=membership.path,
        membership_id=membership.id,
        name=request.name,
        token_hash=token_hash(secret),
        created_at=now,
        expires_at=request.expires_at,
    )
    await tx.connection.execute(
        "SELECT directory_register_token($1, $2, $3)", token.token_hash, tx.organisation_id, token.id
    )
    return Outcome(token.id, secret=secret)


def token_hash(secret: str) -> str:
    """What is stored of a token: its SHA-256. The token has 256 random bits, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
