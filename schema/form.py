"""The form of a document: how deep it goes, how often it names a field anew, and how often it says the same again.

Looked at before anything else, and once for each selection and each fragment: to write fragments out, or to compare
each field with each, takes longer the more cleverly a document is made, and some hundred words can take minutes.

Owns: those limits. Does not own: whether what is asked for exists, or what it costs (`schema.cost`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

MOST_LEVELS = 16
"""Four tiers of a channel with edges and nodes, and what their subscriptions are of, are 15."""
MOST_ALIASES = 40
MOST_REPEATED = 20
"""Fields of one name in one place; that they can be merged is found out by comparing each with each."""


class Measured(NamedTuple):
    """Of a selection, with its fragments in place."""

    levels: int
    aliases: int


_NOTHING = Measured(0, 0)


def out_of_form(document: DocumentNode) -> list[GraphQLError]:
    """What is wrong with the form of a document, or nothing."""
    form = _Form({each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)})
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    try:
        found = [form.of(each.selection_set) for each in operations]
        for name in form.fragments:
            form.of_fragment(name)
    except _Repeats as repeats:
        return [GraphQLError(f"A field stands at most {MOST_REPEATED} times in one place.", repeats.node)]
    aliases = sum(each.aliases for each in found)
    if aliases > MOST_ALIASES:
        return [GraphQLError(f"A document has at most {MOST_ALIASES} aliases, its fragments in place.")]
    deep = [each for each, measured in zip(operations, found, strict=True) if measured.levels > MOST_LEVELS]
    return [GraphQLError(f"A document goes at most {MOST_LEVELS} levels deep.", each) for each in deep]


class _Repeats(Exception):
    def __init__(self, node: FieldNode) -> None:
        self.node = node


class _Form:
    """One document being looked at."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self._measured: dict[str, Measured] = {}

    def of(self, selection: SelectionSetNode) -> Measured:
        levels = aliases = 0
        times: Counter[str] = Counter()
        for node in _in_place(selection):
            below = _NOTHING
            if isinstance(node, FieldNode):
                response_name = (node.alias or node.name).value
                times[response_name] += 1
                if times[response_name] > MOST_REPEATED:
                    raise _Repeats(node)
                below = self._of_field(node)
            elif isinstance(node, FragmentSpreadNode):
                below = self.of_fragment(node.name.value)
            levels, aliases = max(levels, below.levels), aliases + below.aliases
        return Measured(levels, aliases)

    def _of_field(self, node: FieldNode) -> Measured:
        own = 0 if node.alias is None else 1
        if node.selection_set is None:
            return Measured(0, own)
        below = self.of(node.selection_set)
        is_introspection = node.name.value.startswith("__")  # how deep that may go, the standard rules say
        return Measured(0 if is_introspection else below.levels + 1, below.aliases + own)

    def of_fragment(self, name: str) -> Measured:
        """What a fragment comes to; nothing while it is found again below itself, and when there is none."""
        if name not in self._measured:
            self._measured[name] = _NOTHING
            if name in self.fragments:
                self._measured[name] = self.of(self.fragments[name].selection_set)
        return self._measured[name]


def _in_place(selection: SelectionSetNode) -> Iterator[SelectionNode]:
    """The selections of one place: fragments without a name are part of it."""
    for node in selection.selections:
        if isinstance(node, FieldNode | FragmentSpreadNode):
            yield node
        else:
            yield from _in_place(node.selection_set)  # type: ignore[attr-defined]  # there is no third kind of selection
