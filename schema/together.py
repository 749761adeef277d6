"""Fields whose values are asked for together: those of all objects of a list by one question of the domain.

Owns: the declaration, which both executors follow: the reference executor object by object, plans a list at a time.
Does not own: the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from schema.asking import Batched, Info

TOGETHER = "together"
"""Where a field has its declaration, among its metadata."""


def none_further(_source: Any) -> tuple[Hashable, ...]:
    """Nothing more is asked than by key and arguments."""
    return ()


def _no_arguments(**_given: Any) -> tuple[Hashable, ...]:
    return ()


@dataclass(frozen=True)
class Together:
    """By which key of an object its value is found, and how an answer is shown; None is shown as null.

    `asked` makes further arguments of the question from those of the field, by the API's names. `further` takes more
    from an object; they are the same for all objects of one operation.
    """

    question: Batched[Any, Any]
    key_of: Callable[[Any], Hashable]
    shown: Callable[[Any], Any]
    asked: Callable[..., tuple[Hashable, ...]] = _no_arguments
    further: Callable[[Any], tuple[Hashable, ...]] = none_further

    @property
    def metadata(self) -> Mapping[Any, Any]:
        return {TOGETHER: self}

    async def of_one(self, source: Any, info: Info, **given: Any) -> Any:
        """The value of one object, as a resolver answers."""
        more = (*self.asked(**given), *self.further(source))
        return self.shown(await info.context.load(self.question, self.key_of(source), *more))


def referred(question: Batched[Any, Any], node: Any, key_of: Callable[[Any], Hashable]) -> Together:
    """The one object that another refers to, shown by `node.of`."""
    return Together(question, key_of, lambda found: None if found is None else node.of(found))
