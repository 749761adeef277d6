"""The schema object: built once, executed from HTTP, from pages and from stories alike.

Owns: how the domains' fields are joined, the order of extensions, masking. Does not own: HTTP, limits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from bss.clock import Clock
from bss.transaction.begin import reading
from bss.viewer import Viewer
from schema.asking import Asking
from schema.budget import UNBOUND, Allowance
from schema.compiled import CompiledExecution
from schema.documents import CheckedOnce, Documents
from schema.domains import MUTATIONS, QUERIES
from schema.domains.live import SubscriptionRoot
from schema.following import OnlyFollowed
from schema.masking import masked
from schema.scalars import ExactDecimal, Identifier, Instant
from schema.spending import Spending

DOCUMENTS = Documents(most=500)


class OneReadingPerQuery(SchemaExtension):
    """Run a query operation in one read-only transaction: one snapshot of scope, one round of settings."""

    async def on_execute(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if self.execution_context.operation_type is OperationType.QUERY:
                await stack.enter_async_context(reading(self.execution_context.context.viewer))
            yield


class _Schema(strawberry.Schema):
    """The schema, which masks what a fault says, wherever in an operation it happened.

    An extension could not: it does not see what fails in other extensions, such as a transaction that cannot begin.
    """

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        result = await super().execute(*args, **kwargs)
        if result.errors:
            result.errors = [masked(error) for error in result.errors]
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        """The same for a stream of results. Operations of one connection share nothing."""
        kwargs["context_value"] = kwargs["context_value"].afresh()
        return _masked(await super().stream(*args, **kwargs))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Masking writes the log: a refusal is no event, and a fault is logged once."""


async def _masked(results: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async with aclosing(results):
        async for result in results:
            if result.errors:
                result.errors = [masked(error) for error in result.errors]
            yield result


def _root(name: str, domains: tuple[type, ...], description: str) -> type:
    root = merge_types(name, domains)
    root.__strawberry_definition__.description = description  # type: ignore[attr-defined]
    return root


schema = _Schema(
    query=_root("Query", QUERIES, "What can be read, within the caller's scope."),
    mutation=_root("Mutation", MUTATIONS, "What can be changed; each is a transaction of its own."),
    subscription=SubscriptionRoot,
    execution_context_class=CompiledExecution,
    config=StrawberryConfig(
        scalar_map={Decimal: ExactDecimal, datetime: Instant, UUID: Identifier},
        disable_field_suggestions=True,
    ),
    extensions=[
        lambda: CheckedOnce(DOCUMENTS),
        OnlyFollowed,
        Spending,
        OneReadingPerQuery,
    ],
)


async def execute(
    document: str,
    viewer: Viewer,
    clock: Clock,
    variables: Mapping[str, Any] | None = None,
    allowance: Allowance = UNBOUND,
) -> dict[str, Any]:
    """Run a document in process, as HTTP would; returns the response body: `data` and `errors`."""
    result = await schema.execute(document, dict(variables or {}), context_value=Asking(viewer, clock, allowance))
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return body


def sdl() -> str:
    """The schema in the definition language, as it is committed."""
    return print_schema(schema) + "\n"
