"""Create a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.canonical import plain
from bss.catalogue.characteristic import Offered, definition_problems
from bss.catalogue.models import ProductModel
from bss.catalogue.product import ProductKind
from bss.catalogue.queries import vendor
from bss.catalogue.seller import blank_problems, selling_account
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateProduct:
    """A product of the account that sells it; `code` is unique among that account's products.

    `vendor_id` says whose it is; `characteristics` what is chosen about it, none for free data.
    """

    owner_id: UUID
    code: str
    name: str
    vendor_id: UUID | None = None
    kind: ProductKind = ProductKind.XAAS
    characteristics: Offered = ()


@command("createProduct", requires=Permission.CATALOGUE_MANAGE, refuses=(NotFound, LockedField))
async def create_product(tx: Transaction, request: CreateProduct, now: datetime) -> Outcome:
    """Create a product; its offerings have the same owner."""
    owner = await selling_account(tx.viewer, request.owner_id, path="ownerId")
    if request.vendor_id is not None:
        await vendor(tx.viewer, request.vendor_id, path=("vendorId",))
    problems = blank_problems(code=request.code, name=request.name)
    if problems := [*problems, *definition_problems(request.characteristics)]:
        raise InvalidInput(problems)
    product_id = uuid7()
    try:
        await ProductModel.create(
            using_db=tx.db,
            id=product_id,
            organisation_id=tx.organisation_id,
            path=owner.path,
            owner_id=owner.id,
            vendor_id=request.vendor_id,
            code=request.code.strip(),
            name=request.name.strip(),
            kind=request.kind.value,
            characteristics=plain(request.characteristics),
        )
    except IntegrityError as taken:
        raise Conflict("A product with this code exists already.", ("code",)) from taken
    return Outcome(product_id)
