"""A crawl: everything that a viewer can reach, found by introspection, and by following every id that shows up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bss.identifier import Kind
from bss.viewer import Viewer
from schema.budget import Allowance
from schema.node import FINDERS, SHOWN
from tests.schema.books import Books
from tests.schema.reflection import GRAPHQL, arguments, roots, selection

ID = re.compile(r'"((?:' + "|".join(kind.value for kind in Kind) + r')_[0-9a-z]{26})"')
DEPTH = 4
NODE_DEPTH = 3
PERIOD = {"from": '"2026-01-01T00:00:00Z"', "to": '"2026-02-01T00:00:00Z"', "text": '"office"'}
ARGUMENTS = {
    "accountId": Kind.ACCOUNT,
    "subscriptionId": Kind.SUBSCRIPTION,
    "subscriptionIds": Kind.SUBSCRIPTION,
    "priceListId": Kind.PRICE_LIST,
}
"""How ids that were found become arguments of root fields."""


@dataclass
class Crawl:
    """What was answered, and by which documents; `denied` are the paths that the role may not see."""

    books: Books
    viewer: Viewer
    answers: list[str] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Everything below everything costs more than a client may use."""
        self.books = replace(self.books, allowance=Allowance(most_cost=10**9))

    async def everything(self) -> str:
        """Ask every root field, then every field and every object again for each id, until nothing new shows up."""
        known = -1
        while known < len(self.seen):
            known = len(self.seen)
            for document in list(self._documents()):
                if document not in self.asked:
                    self.asked.add(document)
                    await self._ask(document)
        return "\n".join(self.answers)

    def _documents(self) -> Iterator[str]:
        for name, root in roots("Query").items():
            if name == "node":
                continue
            for known in self._arguments():
                text = arguments(root, known)
                if text is not None:
                    yield f"{{ {name}{text} {selection(root.type, DEPTH, known)} }}"
        for identifier in sorted(self.seen):
            finder = Kind(identifier[:3])
            if finder in FINDERS:
                name = SHOWN[finder].__name__
                shown = selection(GRAPHQL.type_map[name], NODE_DEPTH, PERIOD)
                yield f'{{ node(id: "{identifier}") {{ ... on {name} {shown} }} }}'

    def _arguments(self) -> Iterator[dict[str, str]]:
        yield PERIOD
        for name, kind in ARGUMENTS.items():
            for identifier in sorted(self.seen):
                if Kind(identifier[:3]) is kind:
                    yield {**PERIOD, name: f'"{identifier}"'}

    async def _ask(self, document: str) -> None:
        body: dict[str, Any] = await self.books.ask(document, viewer=self.viewer)
        for error in body.get("errors", ()):
            code = error.get("extensions", {}).get("code")
            # An account that is known by its id and lies above the scope is not found, like any other.
            assert code in ("PERMISSION_DENIED", "NOT_FOUND"), (document, error)
            self.denied.add(".".join(step for step in error["path"] if isinstance(step, str)))
        answer = json.dumps(body["data"])
        self.answers.append(answer)
        self.seen.update(ID.findall(answer))
