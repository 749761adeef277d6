"""Create a price list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.catalogue.models import PriceListModel
from bss.catalogue.queries import vendor
from bss.catalogue.seller import blank_problems, selling_account
from bss.identifier import uuid7
from bss.money import known_currency
from bss.organisations.account import AccountKind
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreatePriceList:
    """A list of the account that sells by it; `currency` is an ISO 4217 code and never changes.

    With a vendor it holds the prices at which the organisation buys from it, and belongs to the root account.
    """

    owner_id: UUID
    code: str
    name: str
    currency: str
    vendor_id: UUID | None = None


@command("createPriceList", requires=Permission.PRICE_MANAGE, refuses=(NotFound, LockedField))
async def create_price_list(tx: Transaction, request: CreatePriceList, now: datetime) -> Outcome:
    """Create an empty price list; nothing is sold by it before its first version is in force."""
    owner = await selling_account(tx.viewer, request.owner_id, path="ownerId")
    problems = blank_problems(code=request.code, name=request.name)
    if not known_currency(request.currency):
        problems.append(Problem(("currency",), f"{request.currency!r} is no ISO 4217 currency code."))
    if request.vendor_id is not None:
        await vendor(tx.viewer, request.vendor_id, path=("vendorId",))
        if owner.kind is not AccountKind.ROOT:
            problems.append(Problem(("vendorId",), "Only the organisation itself buys from a vendor."))
    if problems:
        raise InvalidInput(problems)
    price_list_id = uuid7()
    try:
        await PriceListModel.create(
            using_db=tx.db,
            id=price_list_id,
            organisation_id=tx.organisation_id,
            path=owner.path,
            owner_id=owner.id,
            code=request.code.strip(),
            name=request.name.strip(),
            currency=request.currency,
            vendor_id=request.vendor_id,
            received=False,
        )
    except IntegrityError as taken:
        raise Conflict("A price list with this code exists already.", ("code",)) from taken
    return Outcome(price_list_id)
