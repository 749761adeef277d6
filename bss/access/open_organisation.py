"""Open an organisation: its root account and its first owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

from tortoise.exceptions import IntegrityError

from bss.access.models import MembershipModel, PersonModel
from bss.identifier import label, uuid7
from bss.organisations.found import Founding, found
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.viewer import Viewer


@dataclass(frozen=True)
class OpenOrganisation:
    """A new organisation and its first owner."""

    name: str
    slug: str
    zone: str
    currency: str
    owner_name: str
    root_account_id: UUID
    email: str = ""
    billing_address: str = ""


def founder(slug: str) -> tuple[UUID, UUID, Viewer]:
    """Ids of a new organisation and of its root account, and the viewer in whose scope it is opened."""
    organisation_id, root_id = uuid7(), uuid7()
    return organisation_id, root_id, Viewer.system(organisation_id, f"{label(root_id)}.", f"open {slug}")


@command("openOrganisation", requires=Permission.ORGANISATION_OPEN)
async def open_organisation(tx: Transaction, request: OpenOrganisation, now: datetime) -> Outcome:
    """Write the organisation, its root account, and an owner over everything."""
    if request.zone not in available_timezones():
        raise InvalidInput((Problem(("zone",), f"{request.zone!r} is not an IANA time zone."),))
    founding = Founding(
        request.name,
        request.slug,
        request.zone,
        request.currency,
        request.root_account_id,
        request.email,
        request.billing_address,
    )
    try:
        await found(tx, founding, now)
    except IntegrityError as taken:
        raise Conflict(f"An organisation {request.slug!r} exists already.", ("slug",)) from taken
    owner = await PersonModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=tx.viewer.path,
        name=request.owner_name,
        email=request.email,
        created_at=now,
    )
    await MembershipModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=tx.viewer.path,
        person_id=owner.id,
        account_id=request.root_account_id,
        role="owner",
    )
    return Outcome(tx.organisation_id)
