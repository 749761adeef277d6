"""Say anew what is chosen about a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.canonical import canonical
from bss.catalogue.characteristic import Offered, definition_problems
from bss.catalogue.queries import product
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class DescribeProduct:
    """All characteristics of the product, in the order in which people see them; what is left out is chosen no more.

    They hold for sales and changes from now on. What subscriptions have, they keep.
    """

    product_id: UUID
    characteristics: Offered


@command("describeProduct", requires=Permission.CATALOGUE_MANAGE, refuses=(NotFound,))
async def describe_product(tx: Transaction, request: DescribeProduct, now: datetime) -> Outcome:
    """Replace the characteristics of a product, and of all its offerings."""
    of = await product(tx.viewer, request.product_id, path=("productId",))
    if problems := list(definition_problems(request.characteristics)):
        raise InvalidInput(problems)
    data = canonical(request.characteristics).decode()
    for table, key in (("product", "id"), ("offering", "product_id")):
        await tx.connection.execute(
            f"UPDATE {table} SET characteristics = $3 WHERE organisation_id = $1 AND {key} = $2",
            *(tx.organisation_id, of.id, data),
        )
    return Outcome(of.id)
