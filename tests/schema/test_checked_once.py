"""A document is checked once: what is right is kept by its text, within a bound; what is wrong never is."""

from __future__ import annotations

import pytest
from graphql import parse
from strawberry.schema.schema import validate_document

from schema.documents import Documents
from schema.execution import DOCUMENTS
from tests.schema.books import Books


async def test_a_document_is_parsed_and_validated_once(shared_books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for name, real in (("parse", parse), ("validate_document", validate_document)):

        def noted(*args: object, name: str = name, real: object = real, **kwargs: object) -> object:
            seen.append(name)
            return real(*args, **kwargs)  # type: ignore[operator]

        monkeypatch.setattr(f"schema.documents.{name}", noted)
    text = "query Once { organisation { name } }"
    assert await shared_books.data(text) == await shared_books.data(text)
    assert seen == ["parse", "validate_document"]
    assert DOCUMENTS.found(text) is DOCUMENTS.found(text) is not None


@pytest.mark.parametrize("text", ["{", "{ nothing }", "{ organisation { " + "name " * 2000 + "} }"])
async def test_what_is_wrong_is_not_kept_and_stays_wrong(shared_books: Books, text: str) -> None:
    first, again = await shared_books.ask(text), await shared_books.ask(text)
    assert first == again
    assert len(first["errors"]) == 1
    assert DOCUMENTS.found(text) is None


async def test_what_is_right_and_refused_is_kept(shared_books: Books) -> None:
    text = "{ accounts(first: 201) { edges { cursor } } }"
    first, again = await shared_books.ask(text), await shared_books.ask(text)
    assert first == again
    assert DOCUMENTS.found(text) is not None


def test_the_documents_used_longest_ago_make_room() -> None:
    documents, document = Documents(most=2), parse("{ __typename }")
    for text in ("a", "b"):
        documents.keep(text, document)
    documents.found("a")
    documents.keep("c", document)
    assert (documents.found("a"), documents.found("b"), documents.found("c")) == (document, None, document)
    assert len(documents) == 2
