"""Documents that were parsed and found right once, by their text: a small query costs more to check than to answer.

Owns: in which order a document is looked at, and which are kept. Does not own: its limits (`schema.form`,
`schema.cost`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

from schema.form import out_of_form

_MOST_TOKENS = 2000


class Documents:
    """The documents that were used last. What was not found right is not kept: there is no end of such texts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, DocumentNode] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def found(self, text: str) -> DocumentNode | None:
        document = self._kept.get(text)
        if document is not None:
            self._kept.move_to_end(text)
        return document

    def keep(self, text: str, document: DocumentNode) -> None:
        self._kept[text] = document
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class CheckedOnce(SchemaExtension):
    """Parse and validate a text that is not known; of one that is known, take the document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known = False

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        context.graphql_document = self._documents.found(context.query or "")
        self._known = context.graphql_document is not None
        if not self._known:
            context.parse_options["max_tokens"] = _MOST_TOKENS
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._known:
            context.pre_execution_errors = []  # nothing more is checked then
        elif context.graphql_document is not None:
            context.pre_execution_errors = out_of_form(context.graphql_document) or None
        yield
        if not self._known and not context.pre_execution_errors and context.graphql_document is not None:
            self._documents.keep(context.query or "", context.graphql_document)
