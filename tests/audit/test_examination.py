"""The doctor asks whether the record of what was done is whole."""

from __future__ import annotations

from server.examination import examine
from tests.audit.books import Books


async def test_the_doctor_asks_whether_the_chain_holds(books: Books) -> None:
    await books.sealed(*"ABCDE")

    async def says() -> tuple[bool, str]:
        (found,) = [each for each in await examine() if each.subject == "cloud: the audit's chain holds"]
        return found.good, found.says

    assert await says() == (True, "yes")
    await books.tampered("DELETE FROM audit WHERE position = 3")
    assert await says() == (False, "not from position 3 on: its entry is gone, and later ones are there")
    assert [each for each in await examine(quick=True) if "chain" in each.subject] == []
