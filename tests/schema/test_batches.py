"""Batches of an operation: what is refused leaves nothing on its connection, and nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from bss.clock import SetClock
from bss.identifier import Kind, public, uuid7
from bss.viewer import Viewer
from schema.asking import Asking
from schema.execution import execute
from tests.schema.books import OPENED, Books


def asking() -> Asking:
    return Asking(Viewer.system(uuid7(), "a.", "test"), SetClock(OPENED))


async def squares(viewer: Viewer, keys: Collection[int]) -> dict[int, int]:
    return {key: key * key for key in keys}


async def test_a_refusal_is_said_though_others_are_still_being_asked(shared_books: Books) -> None:
    account, listed = public(Kind.ACCOUNT, uuid7()), public(Kind.PRICE_LIST, uuid7())
    subscription = shared_books.ids["of x"]
    for refused in (
        f'exportPriceList(priceListId: "{listed}")',
        f'channel(under: "{account}") {{ id }}',
        f'storefront(accountId: "{account}") {{ edges {{ cursor }} }}',
    ):
        for other in (
            f'node(id: "{subscription}") {{ id }}',
            "subscriptions { edges { node { account { name parent { name } } offering { product { name } } } } }",
        ):
            for document in (f"{{ {refused} {other} }}", f"{{ {other} {refused} }}"):
                body = await execute(document, shared_books.staff, shared_books.clock)
                assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_FOUND"], document


async def test_who_does_not_wait_any_more_takes_nothing_from_the_others() -> None:
    asked = asking()
    first, second = (asyncio.create_task(asked.load(squares, number)) for number in (2, 3))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 9
    await asked.settle()


async def test_a_long_stream_keeps_nothing_of_past_events() -> None:
    asked = asking()
    for number in range(100):
        asked.begin_anew(asked.viewer)
        assert await asked.load(squares, number) == number * number
    await asyncio.sleep(0)
    assert len(asked._asked) == 0
    assert asked.afresh()._asked is not asked._asked
