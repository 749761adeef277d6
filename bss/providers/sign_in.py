"""Let in whom an identity provider knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from bss.access.grant import HAD_AT, running_membership
from bss.access.hold_by_identity import Wanted, hold_by_identity
from bss.access.models import PersonModel
from bss.access.own_roles import role_named
from bss.organisations.account import AccountKind
from bss.permission import Permission
from bss.providers.models import IdentityModel
from bss.providers.provider import granted, is_of_domain
from bss.providers.rules import kept
from bss.refusal import Refusal
from bss.signing.open_session import Vouched, open_session
from bss.text import MOST_EMAIL, MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


class NotAdmitted(Refusal):
    code = "NOT_ADMITTED"
    meaning = "The identity provider knows this person, and nothing here lets them in."


@dataclass(frozen=True)
class Known:
    """What a provider vouches for, verified: who somebody is (issuer and subject), and what else it says of them."""

    issuer: str
    subject: str
    name: str
    email: str
    email_verified: bool
    groups: tuple[str, ...]
    session: str | None


@dataclass(frozen=True)
class SignIn:
    """By which provider, at which host of its account, as whom."""

    provider_id: UUID
    host: str
    known: Known


@command("signIn", requires=Permission.SESSION_MANAGE, refuses=(NotAdmitted,))
async def sign_in(tx: Transaction, request: SignIn, now: datetime) -> Outcome:
    """Start the session of somebody whom a provider knows; what they hold by their groups is found anew each time.

    Without a secret in the outcome nobody was let in: somebody known has lost what they had, which is written down.
    """
    provider = await _provider_at(tx, request)
    wanted = await _wanted(tx, provider, request.known.groups)
    # Somebody's first sign-ins, in two windows at once, are one after the other.
    await tx.connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"identity {provider['account_id']} {request.known.issuer} {request.known.subject}",
    )
    found = await tx.connection.fetchrow(
        "SELECT id, person_id FROM identity WHERE organisation_id = $1 AND account_id = $2 AND issuer = $3"
        " AND subject = $4 FOR UPDATE",
        *(tx.organisation_id, provider["account_id"], request.known.issuer, request.known.subject),
    )
    if found is None:
        identity = await _newcomer(tx, provider, request.known, wanted, now)
        identity_id, person_id = identity.id, identity.person_id
    else:
        identity_id, person_id = found["id"], found["person_id"]
    held = await hold_by_identity(tx, person_id, identity_id, wanted, now)
    if not held:
        return Outcome(person_id)
    membership = await running_membership(tx, held[0])
    vouched = Vouched(provider["id"], identity_id, request.known.session)
    return await open_session(tx, membership, request.host, now, vouched)


async def _provider_at(tx: Transaction, request: SignIn) -> Record:
    """The provider, when it is one of the host's account and is not retired meanwhile."""
    row = await tx.connection.fetchrow(
        "SELECT p.id, p.path, p.account_id, p.issuer, p.domains, p.rules FROM identity_provider p JOIN host h"
        " ON h.organisation_id = p.organisation_id AND h.account_id = p.account_id AND h.name = $3"
        " WHERE p.organisation_id = $1 AND p.id = $2 AND p.retired_at IS NULL FOR SHARE",
        *(tx.organisation_id, request.provider_id, request.host),
    )
    if row is None or row["issuer"] != request.known.issuer:
        raise NotAdmitted("Nobody comes in by this provider here.")
    return row


async def _wanted(tx: Transaction, provider: Record, groups: tuple[str, ...]) -> list[Wanted]:
    """What the provider's rules give to these groups, as far as it may still be had."""
    rules = granted(kept(orjson.loads(provider["rules"])), groups)
    rows = await tx.connection.fetch(
        "SELECT id, path, kind FROM account WHERE organisation_id = $1 AND id = ANY($2) AND NOT mirrored",
        *(tx.organisation_id, [rule.account_id for rule in rules]),
    )
    accounts = {row["id"]: row for row in rows if row["path"].startswith(provider["path"])}
    roles = {code: await role_named(tx, code) for code in {rule.role for rule in rules}}
    wanted = []
    for rule in rules:
        account, role = accounts.get(rule.account_id), roles[rule.role]
        if account is not None and role is not None and AccountKind(account["kind"]) in HAD_AT[role.kind]:
            wanted.append(Wanted(rule.account_id, account["path"], rule.role))
    return wanted


async def _newcomer(
    tx: Transaction, provider: Record, known: Known, wanted: Sequence[Wanted], now: datetime
) -> IdentityModel:
    """Somebody who comes for the first time: with an address that is verified, and in a group that gives a role."""
    domains = orjson.loads(provider["domains"])
    if not wanted or not known.email_verified or not is_of_domain(known.email, domains):
        raise NotAdmitted("You are known, and nothing here is for you; ask those who gave you this address.")
    place = {"using_db": tx.db, "organisation_id": tx.organisation_id, "path": provider["path"]}
    person = await PersonModel.create(**place, name=_name(known), email=known.email[:MOST_EMAIL], created_at=now)
    return await IdentityModel.create(
        **place,
        account_id=provider["account_id"],
        issuer=known.issuer,
        subject=known.subject,
        person_id=person.id,
        added_at=now,
    )


def _name(known: Known) -> str:
    """A name that may be shown: what the provider calls the person, or the address."""
    name = known.name.strip()
    return name if name and not text_problems("name", name, MOST_NAME) else known.email[:MOST_NAME]
