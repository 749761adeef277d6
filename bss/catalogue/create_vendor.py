"""Create a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError

from bss.catalogue.models import VendorModel
from bss.catalogue.seller import blank_problems
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateVendor:
    """Whose products are sold, and from whom they may be bought; `code` is unique in the organisation."""

    code: str
    name: str


@command("createVendor", requires=Permission.VENDOR_MANAGE)
async def create_vendor(tx: Transaction, request: CreateVendor, now: datetime) -> Outcome:
    """Create a vendor. The organisation buys from it once it agrees a vendor's supply edge."""
    if problems := blank_problems(code=request.code, name=request.name):
        raise InvalidInput(problems)
    vendor_id = uuid7()
    try:
        await VendorModel.create(
            using_db=tx.db,
            id=vendor_id,
            organisation_id=tx.organisation_id,
            path=tx.viewer.root_path,
            code=request.code.strip(),
            name=request.name.strip(),
        )
    except IntegrityError as taken:
        raise Conflict("A vendor with this code exists already.", ("code",)) from taken
    return Outcome(vendor_id)
