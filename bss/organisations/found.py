"""Step: write a new organisation, its root account and its entry in the directory.

Owns: that every organisation has exactly one root account. Does not own: its roles and its first owner
(`bss.access.open_organisation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.module import ALL_MODULES
from bss.organisations.account import AccountKind
from bss.organisations.models import AccountModel, OrganisationModel
from bss.organisations.place_account import place_account
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Founding:
    """A new organisation; the ids are minted by the caller, because its viewer must exist first."""

    name: str
    slug: str
    zone: str
    currency: str
    root_account_id: UUID
    email: str = ""
    billing_address: str = ""


async def found(tx: Transaction, founding: Founding, now: datetime) -> None:
    """Write the organisation in the scope of its own root path."""
    await OrganisationModel.create(
        using_db=tx.db,
        id=tx.organisation_id,
        organisation_id=tx.organisation_id,
        name=founding.name,
        slug=founding.slug,
        zone=founding.zone,
        currency=founding.currency,
        root_account_id=founding.root_account_id,
        modules=sorted(ALL_MODULES),
        created_at=now,
    )
    await AccountModel.create(
        using_db=tx.db,
        id=founding.root_account_id,
        organisation_id=tx.organisation_id,
        path=tx.viewer.path,
        parent_id=None,
        kind=AccountKind.ROOT.value,
        name=founding.name,
        email=founding.email,
        billing_address=founding.billing_address,
        created_at=now,
    )
    await place_account(tx, founding.root_account_id, None, tx.viewer.path, now)
    await tx.connection.execute(
        "SELECT directory_register($1, $2, $3)", tx.organisation_id, founding.slug, tx.viewer.path
    )
