"""What a search text may be, and that signs which mean something elsewhere mean nothing in it."""

from __future__ import annotations

import pytest

from tests.schema.books import Books
from tests.schema.test_refusals import refused
from tests.schema.test_search import SEARCH


@pytest.mark.parametrize("text", ["", " ", "-- !?", "\x00", "a\ud800", "x" * 201, " ".join(f"w{i}" for i in range(11))])
async def test_a_text_without_words_or_with_too_many_is_refused(shared_books: Books, text: str) -> None:
    assert refused(await shared_books.ask(SEARCH, text=text)) == ("INVALID_INPUT", ["text"])


@pytest.mark.parametrize("first", [0, -1, 51])
async def test_a_search_finds_a_bounded_number(shared_books: Books, first: int) -> None:
    assert refused(await shared_books.ask(SEARCH, text="x", first=first)) == ("INVALID_INPUT", ["first"])


@pytest.mark.parametrize("text", ["%", "x%", "x' OR true --", "x & y | !z", "x:*", "\\", "*"])
async def test_what_means_something_elsewhere_means_nothing_here(shared_books: Books, text: str) -> None:
    body = await shared_books.ask(SEARCH, text=text)
    assert "errors" not in body or refused(body) == ("INVALID_INPUT", ["text"])
    assert len((body["data"] or {"search": []})["search"]) <= 1
