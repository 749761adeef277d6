"""People of the small channel who write about accounts, and are assigned what is to be done."""

from __future__ import annotations

from uuid import UUID

from bss.identifier import Kind, private
from bss.role import STANDARD
from bss.transaction.begin import reading
from bss.viewer import Viewer
from tests.schema.books import Books


async def member(books: Books, account: str, role: str) -> tuple[str, Viewer]:
    """A new person with a role over an account: the membership's id, and the person as a viewer."""
    given = {
        "name": f"{role.partition('_')[0].title()} of {account.title()}",
        "accountId": books.ids[account],
        "role": role,
    }
    membership = (await books.make("admitPerson", given, show="... on Membership { id }"))["id"]
    async with reading(books.staff) as tx:
        person: UUID = await tx.connection.fetchval(
            "SELECT person_id FROM membership WHERE id = $1", private(Kind.MEMBERSHIP, membership)
        )
    path = books.staff.path if account == "root" else books.path(account)
    return membership, Viewer(person, given["name"], books.staff.organisation_id, path, STANDARD[role].permissions)
