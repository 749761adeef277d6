"""What was bundled stays as it was: the database refuses to change it, or to bundle nothing of something."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest

from bss.catalogue.bundle import Bundle, Component
from bss.catalogue.bundle_queries import bundles
from bss.catalogue.create_bundle import CreateBundle, create_bundle
from bss.transaction.begin import begin
from bss.transaction.database import Database
from tests.catalogue.books import NOW, Books, open_books, refused_statements


async def two_mails(books: Books) -> Bundle:
    request = CreateBundle(books.root.id, " two ", "Two", (Component(books.mail_id, Decimal(2)),))
    made = (await create_bundle(books.staff, request, now=NOW)).object_id
    return (await bundles(books.staff, (made,)))[made]


async def test_a_bundle_is_never_changed_by_anybody(database: Database) -> None:
    books = await open_books()
    bundle = await two_mails(books)
    assert (bundle.code, bundle.components) == ("two", (Component(books.mail_id, Decimal(2)),))
    statements = (
        "UPDATE bundle SET name = 'Three'",
        "DELETE FROM bundle",
        "UPDATE bundle_component SET quantity = 3",
        "DELETE FROM bundle_component",
    )
    assert await refused_statements(books.staff, statements, "append-only") == statements


@pytest.mark.parametrize("quantity", ["0", "NaN"])
async def test_no_row_has_nothing_of_an_offering(database: Database, quantity: str) -> None:
    books = await open_books()
    bundle = await two_mails(books)
    more = await books.offering("more")
    with pytest.raises(asyncpg.CheckViolationError):
        async with begin(books.staff) as tx:
            await tx.connection.execute(
                "INSERT INTO bundle_component (id, organisation_id, path, bundle_id, offering_id, quantity)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)",
                *(tx.organisation_id, bundle.path, bundle.id, more, Decimal(quantity)),
            )
