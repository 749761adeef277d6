"""Documents that were parsed and found right once, by their text: a small query costs more to check than to answer.

Owns: in which order a document is looked at, and which are kept. Does not own: its limits (`schema.form`,
`schema.cost`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from schema.form import out_of_form

_MOST_TOKENS = 2000


class NotRight(Exception):
    """A text that is no document of this schema, or is beyond the limits."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


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


def checked(schema: GraphQLSchema, text: str, documents: Documents) -> DocumentNode:
    """The document of a text: of one that is known, as it was found; else parsed and validated. Raises `NotRight`."""
    known = documents.found(text)
    if known is not None:
        return known
    try:
        document = parse(text, max_tokens=_MOST_TOKENS)
    except GraphQLError as wrong:
        raise NotRight([wrong]) from None
    errors = out_of_form(document) or validate_document(schema, document, tuple(specified_rules))
    if errors:
        raise NotRight(errors)
    documents.keep(text, document)
    return document


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation that is meant: the one of this name, or the first when none is named."""
    if name is not None:
        return get_operation_ast(document, name)
    return next((each for each in document.definitions if isinstance(each, OperationDefinitionNode)), None)


class CheckedOnce(SchemaExtension):
    """The same for streams, whose steps are the library's."""

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
