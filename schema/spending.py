"""What an operation costs is taken from the budget before it begins; without room for it nothing is executed.

Owns: the two errors, and what an answer says of cost. Does not own: counting (`schema.cost`) or buckets.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension

from bss.canonical import instant_text
from schema.asking import Asking
from schema.budget import Taken
from schema.cost import weighed

TOO_COSTLY = "TOO_COSTLY"
BUDGET_USED_UP = "BUDGET_USED_UP"


async def spend(cost: int, asking: Asking, said: dict[str, Any]) -> None:
    """Take the cost before anything that an execution needs, so that what is refused runs no statement.

    `said` is what the answer tells of it, refused or not. Raises the two errors.
    """
    said["requested"] = asking.cost = cost
    if cost > asking.allowance.most_cost:
        raise too_costly(cost, asking.allowance.most_cost)
    if asking.allowance.budget is None:
        return
    viewer = asking.viewer
    taken = await asking.allowance.budget.take(viewer.organisation_id, viewer.actor_id, cost)
    empty_at = asking.clock.now() + timedelta(milliseconds=taken.empty_milliseconds)
    said |= {"left": taken.left, "resetAt": instant_text(empty_at)}
    if not taken.allowed:
        raise budget_used_up(cost, taken)


class Spending(SchemaExtension):
    """The same for streams, whose steps are the library's."""

    def __init__(self) -> None:
        self._said: dict[str, Any] = {}

    async def on_execute(self) -> AsyncIterator[None]:
        await spend(self._cost(), self.execution_context.context, self._said)
        yield

    def get_results(self) -> dict[str, Any]:
        return {"cost": self._said} if self._said else {}

    def _cost(self) -> int:
        context = self.execution_context
        assert context.graphql_document is not None
        operation = get_operation_ast(context.graphql_document, context.operation_name)
        assert operation is not None  # an operation that cannot be chosen was refused before
        return weighed(context.schema._schema, context.graphql_document, operation).cost(context.variables or {})


def too_costly(cost: int, limit: int) -> GraphQLError:
    """No budget would do: the operation must be made smaller."""
    return GraphQLError(
        f"This operation costs {cost:,} points, and one may cost {limit:,}. Ask for smaller pages.",
        extensions={"code": TOO_COSTLY, "cost": cost, "limit": limit},
    )


def budget_used_up(cost: int, taken: Taken) -> GraphQLError:
    """The same operation may be sent again later."""
    seconds = -(-taken.wait_milliseconds // 1000)
    return GraphQLError(
        f"This operation costs {cost:,} points, and {max(taken.left, 0):,} are left; try again in {seconds} seconds.",
        extensions={"code": BUDGET_USED_UP, "cost": cost, "left": taken.left, "retryAfterSeconds": seconds},
    )
