"""Search: what one types into the box above a list, and what nobody may find."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bss.permission import Permission
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.schema.rows import write_rows
from tests.schema.statements import counted

SEARCH = """
query($text: String!, $first: Int! = 20) { search(text: $text, first: $first) {
  kind rank account { name accountingNumber } subscription { name orderReference account { name } }
} }
"""


async def found(books: Books, text: str, viewer: Viewer | None = None, **more: int) -> list[str]:
    """The names of what was found, the best first; a subscription with its account."""
    hits: list[dict[str, Any]] = (await books.data(SEARCH, viewer=viewer, text=text, **more))["search"]
    return [
        hit["account"]["name"]
        if hit["kind"] == "ACCOUNT"
        else f"{hit['subscription']['name']} of {hit['subscription']['account']['name']}"
        for hit in hits
    ]


async def customer(books: Books, name: str, **more: str) -> str:
    given = {"parentId": books.root, "kind": "CUSTOMER", "name": name, **more}
    return str((await books.make("createAccount", given))["id"])


async def test_accounts_are_found_by_name_number_and_e_mail_address(books: Books) -> None:
    await customer(books, "Café Zürich", accountingNumber="D-4711", email="ap@aare.example")
    for text in ("Café Zürich", "cafe zurich", "ZÜR", "zürich café", "d-4711", "471", "ap@aare", "aare cafe", "(Café)"):
        assert await found(books, text) == ["Café Zürich"], text
    for text in ("urich", "cafes", "cafe basel", "4712"):
        assert await found(books, text) == [], text


async def test_other_scripts_are_letters_too(books: Books) -> None:
    await customer(books, "ΟΔΥΣΣΕΑΣ Облако")
    for text in ("οδυσ", "облако", "ОБЛ"):
        assert await found(books, text) == ["ΟΔΥΣΣΕΑΣ Облако"], text


async def test_subscriptions_are_found_by_name_order_reference_and_characteristics(books: Books) -> None:
    disks = {"disk": {"kind": "solid-state", "size": 512}, "zone": ["Frankfurt", "Wien"]}
    sale = {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": "1", "name": "Backup"}
    await books.make("createSubscription", {**sale, "orderReference": "PO-2026/88", "characteristics": disks})
    for text in ("backup", "po-2026/88", "solid", "frank wien", "88 backup"):
        assert await found(books, text) == ["Backup of Y"], text
    for text in ("512", "zone", "solid of"):
        assert await found(books, text) == [], text


async def test_whole_words_and_names_come_first(books: Books) -> None:
    """A whole word of a name is worth 8, the beginning of one 4, and the beginning of an e-mail address 2."""
    await customer(books, "Lit", email="a@b.example")
    await customer(books, "Otto", email="lit-up@otto.example")
    await customer(books, "Anna", email="literature@anna.example")
    hits = (await books.data(SEARCH, text="lit"))["search"]
    assert [(hit["account"]["name"], hit["rank"]) for hit in hits] == [
        ("Lit", 8),
        ("Lite", 4),
        ("Otto", 4),
        ("Anna", 2),
    ]
    assert await found(books, "lit", first=2) == ["Lit", "Lite"]


async def test_one_letter_is_a_word_of_its_own(books: Books) -> None:
    assert await found(books, "x") == ["X"]
    await customer(books, "Xylophone")
    assert await found(books, "x") == ["X"]
    assert await found(books, "xy") == ["Xylophone"]


async def test_what_is_changed_is_found_by_its_new_words(books: Books) -> None:
    show = "... on Subscription { version }"
    given = {"subscriptionId": books.ids["of x"], "quantity": "9"}
    await books.call("changeQuantity", given, show=show)
    assert await found(books, "office") == ["Office seats of X", "Office seats of Z"]


async def test_nobody_finds_what_lies_outside_the_scope(books: Books) -> None:
    await customer(books, "Zebra Office")
    lite, x = books.as_role("partner_sales", "lite"), books.as_role("billing_viewer", "x")
    assert set(await found(books, "office")) == {"Office seats of X", "Office seats of Z", "Zebra Office"}
    assert await found(books, "office", lite) == ["Office seats of X"]
    assert await found(books, "office", x) == ["Office seats of X"]
    assert await found(books, "lite", lite) == ["Lite"]
    assert await found(books, "lite", x) == []


async def test_who_may_not_see_subscriptions_finds_none(books: Books) -> None:
    blind = replace(books.staff, permissions=frozenset(Permission) - {Permission.SUBSCRIPTION_VIEW})
    await customer(books, "Office")
    body = await books.ask('{ search(text: "office") { kind account { name } } }', viewer=blind)
    assert body == {"data": {"search": [{"kind": "ACCOUNT", "account": {"name": "Office"}}]}}


async def test_the_number_of_statements_does_not_grow_with_what_is_found(database: Database, books: Books) -> None:
    await write_rows(books, 200)
    of_one, one = await counted(database, books, SEARCH, text="office", first=1)
    of_many, many = await counted(database, books, SEARCH, text="row", first=50)
    assert (len(one["search"]), len(many["search"])) == (1, 50)
    assert sum(of_many.values()) <= sum(of_one.values()) + 1
    assert sum(of_many.values()) < 8
