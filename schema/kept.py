"""What is found out about an operation when it is executed, kept for when it is executed again.

Owns: by what it is found again, and how many operations are kept. Does not own: what there is to find out
(`schema.compiled`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import GraphQLObjectType, OperationDefinitionNode

from schema.levels import Level
from schema.plan import Plan


class Split(NamedTuple):
    """A selection in two: what a plan reads, and the fields with resolvers. Without a plan all is as it was."""

    plan: Plan | None
    resolved: dict[str, Any]
    whole: object
    """The selection itself: while it is kept, nothing else has its id."""


@dataclass
class Kept:
    """What was found out about an operation while it was executed, for when it is executed again.

    What is selected below a node depends on the values of the operation's flags, and on nothing else.
    """

    root: Any = None
    selections: dict[Any, Any] = field(default_factory=dict)
    """By type and list of nodes, as the reference executor keeps them for one execution."""
    splits: dict[tuple[GraphQLObjectType, int], Split] = field(default_factory=dict)
    levels: dict[tuple[GraphQLObjectType, int], Level | None] = field(default_factory=dict)


class Same:
    """An operation by identity: nodes are equal by what they say, and their fragments are not."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.operation = operation

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.operation is self.operation

    def __hash__(self) -> int:
        return id(self.operation)


@lru_cache(maxsize=500)
def kept_of(operation: Same, flags: frozenset[tuple[str, object]]) -> Kept:
    """What was found out about the operation with these values of its flags."""
    return Kept()
