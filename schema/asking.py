"""What a resolver knows: who asks, what time it is, what it costs, and what was read for this one operation.

Owns: the context. Does not own: how the caller was recognised (`server.http`).
"""

from __future__ import annotations

from asyncio import CancelledError, Future, Task, gather, get_running_loop, shield
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from bss.clock import Clock
from bss.viewer import Viewer
from schema.budget import UNBOUND, Allowance
from schema.live import Live

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Batched = Callable[..., Awaitable[Mapping[Key, Value]]]
"""A query of the domain that takes a viewer and a collection of keys, and answers by key."""


@dataclass
class Waiting:
    """Keys that are asked for next, and who waits for their answers."""

    done: Future[None]
    answers: dict[Any, Any]
    keys: dict[Any, None] = field(default_factory=dict)


@dataclass
class Asking:
    """The context of one operation: a fresh one for each, so that loaders never outlive a read."""

    viewer: Viewer
    clock: Clock
    allowance: Allowance = UNBOUND
    live: Live | None = None
    cost: int = 0
    _waiting: dict[object, Waiting] = field(default_factory=dict)
    _answers: dict[object, dict[Any, Any]] = field(default_factory=dict)
    _asked: set[Task[None]] = field(default_factory=set)
    _names: frozenset[str] | None = None

    def afresh(self) -> Asking:
        """The same for another operation."""
        return replace(self, _waiting={}, _answers={}, _asked=set(), _names=None)

    def begin_anew(self, viewer: Viewer) -> None:
        """Before the next event of a stream: what was read for the last one is old, and so may be who asks."""
        self.viewer = viewer
        self._waiting, self._answers = {}, {}

    async def load(self, question: Batched[Key, Value], key: Key, *more: Hashable) -> Value | None:
        """Ask a batched query for one key; all keys that are asked for together become one statement.

        `more` are the query's further arguments: only keys that are asked for with the same ones go together.
        """
        return (await self.load_all(question, (key,), *more))[key]

    async def load_all(
        self, question: Batched[Key, Value], keys: Collection[Key], *more: Hashable
    ) -> Mapping[Key, Value | None]:
        """The same for many keys; the answer has all of them, and perhaps others."""
        answers = self._answers.setdefault((question, more), {})
        missing = [key for key in keys if key not in answers]
        if missing:
            waiting = self._waiting.get((question, more))
            if waiting is None:
                loop = get_running_loop()
                waiting = self._waiting[question, more] = Waiting(loop.create_future(), answers)
                # Whoever asks in this turn of the loop asks along.
                loop.call_soon(self._begin, question, more)
            waiting.keys.update(dict.fromkeys(missing))
            await shield(waiting.done)  # whoever waits no longer takes nothing from the others
        return answers

    async def settle(self) -> None:
        """End what is still being asked: an operation that was refused leaves nothing on its connection."""
        for waiting in self._waiting.values():
            waiting.done.cancel()
        self._waiting = {}
        for task in self._asked:
            task.cancel()
        await gather(*self._asked, return_exceptions=True)

    def _begin(self, question: Batched[Any, Any], more: tuple[Hashable, ...]) -> None:
        if (question, more) in self._waiting:
            task = get_running_loop().create_task(self._ask(question, more))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    async def _ask(self, question: Batched[Any, Any], more: tuple[Hashable, ...]) -> None:
        waiting = self._waiting.pop((question, more), None)
        if waiting is None:
            return  # of an event that is over
        try:
            found = await question(self.viewer, list(waiting.keys), *more)
        except CancelledError:
            waiting.done.cancel()
            raise
        except BaseException as refused:
            if not waiting.done.done():
                waiting.done.set_exception(refused)
                waiting.done.exception()  # it may be that nobody waits any more
            return
        waiting.answers.update({key: found.get(key) for key in waiting.keys})
        if not waiting.done.done():
            waiting.done.set_result(None)

    def mentions(self, info: Info, name: str) -> bool:
        """Whether the operation selects a field of this name anywhere: what nobody asks for need not be read."""
        if self._names is None:
            raw = info._raw_info
            fragments = {key: fragment.selection_set for key, fragment in raw.fragments.items()}
            self._names = frozenset(_selected(raw.operation.selection_set, fragments, set()))
        return name in self._names


def _selected(
    selection: SelectionSetNode, fragments: Mapping[str, SelectionSetNode], spread: set[str]
) -> Iterator[str]:
    """The names of all fields in a selection; each fragment is looked into once, however often it is spread."""
    for node in selection.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        if isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            yield from _selected(fragments[node.name.value], fragments, spread)
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
            yield from _selected(node.selection_set, fragments, spread)


Info = strawberry.Info[Asking, None]
AsOf = Annotated[
    datetime | None, strawberry.argument(description="What holds at this instant, past or to come; left out: now.")
]
AsKnownAt = Annotated[
    datetime | None, strawberry.argument(description="As it was known at this instant; left out: as it is known now.")
]
