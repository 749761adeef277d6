"""The schema object: built once, executed from HTTP, from pages and from stories alike.

Owns: how the domains' fields are joined, and the steps from a text to an answer. Does not own: HTTP, limits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Collection, Mapping
from contextlib import AsyncExitStack, aclosing, nullcontext
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType as Kind

from bss.clock import Clock
from bss.transaction.begin import reading
from bss.viewer import Viewer
from schema.asking import Asking
from schema.budget import UNBOUND, Allowance
from schema.compiled import CompiledExecution
from schema.cost import weighed
from schema.documents import CheckedOnce, Documents, NotRight, checked, operation_of
from schema.domains import MUTATIONS, QUERIES
from schema.domains.live import SubscriptionRoot
from schema.following import OnlyFollowed
from schema.live import NotFollowed
from schema.masking import masked
from schema.scalars import ExactDecimal, Identifier, Instant
from schema.spending import Spending, spend

DOCUMENTS = Documents(most=500)


class OneReadingPerQuery(SchemaExtension):
    """The same for queries that are sent where streams are, whose steps are the library's."""

    async def on_execute(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            asking: Asking = self.execution_context.context
            if self.execution_context.operation_type is Kind.QUERY:
                await stack.enter_async_context(reading(asking.viewer))
                stack.push_async_callback(asking.settle)
            yield


ALL_OPERATIONS = frozenset(OperationType)


class NoOperation(Exception):
    """A request names no operation of its document, or sends no document at all."""


class NotAllowed(Exception):
    """The operation is of a kind that may not be sent in this way."""


class Schema(strawberry.Schema):
    """The schema, and the one way in which an operation of it is answered.

    The library's way from a text to an answer is made for extensions at every step, and costs more than a small query
    itself. Ours knows its steps: look the document up, take what it costs, open a reading, execute, mask.
    """

    reads = True
    """Whether its queries read from the database."""

    async def execute(  # type: ignore[override]  # all of our operations are asked for in the same words
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Asking | None = None,
        operation_name: str | None = None,
        allowed: Collection[OperationType] = ALL_OPERATIONS,
    ) -> ExecutionResult:
        """Raises `NoOperation` and `NotAllowed`, which are errors of the request and not of the operation."""
        asking, said = context_value, dict[str, Any]()
        assert asking is not None
        try:
            document = checked(self._schema, query or "", DOCUMENTS) if query else None
            operation = None if document is None else operation_of(document, operation_name)
            if document is None or operation is None:
                raise NoOperation
            if operation.operation not in allowed:
                raise NotAllowed(operation.operation.value)
            if operation.operation is OperationType.SUBSCRIPTION:
                raise NotFollowed
            cost = weighed(self._schema, document, operation).cost(variable_values or {})
            await spend(cost, asking, said)
            result = await self._executed(document, operation, variable_values, asking)
        except (NoOperation, NotAllowed):
            raise
        except NotRight as wrong:
            result = ExecutionResult(None, wrong.errors)
        except Exception as fault:
            result = ExecutionResult(None, [_error_of(fault)])
        if result.errors:
            for error in result.errors:
                self.remove_field_suggestion(error)
            result.errors = [masked(error) for error in result.errors]
        result.extensions = {"cost": said} if said else {}
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        """The same for a stream of results. Operations of one connection share nothing."""
        kwargs["context_value"] = kwargs["context_value"].afresh()
        return _masked(await super().stream(*args, **kwargs))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Masking writes the log: a refusal is no event, and a fault is logged once."""

    async def _executed(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        asking: Asking,
    ) -> ExecutionResult:
        """A query runs in one read-only transaction: one snapshot of scope, one round of settings."""
        executor = self.execution_context_class.build(
            self._schema,
            document,
            context_value=asking,
            raw_variable_values=variables,
            operation_name=operation.name.value if operation.name else None,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it tells a bool, and guards no type
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        is_read = self.reads and operation.operation is OperationType.QUERY
        async with reading(asking.viewer) if is_read else nullcontext():
            try:
                found: Any = executor.execute_operation()
                if isinstance(found, Awaitable):
                    found = await found
            finally:
                await asking.settle()
        return ExecutionResult(found.data, found.errors)


async def _masked(results: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async with aclosing(results):
        async for result in results:
            if result.errors:
                result.errors = [masked(error) for error in result.errors]
            yield result


def _error_of(fault: Exception) -> GraphQLError:
    return fault if isinstance(fault, GraphQLError) else GraphQLError(str(fault), original_error=fault)


def schema_of(query: type, mutation: type | None = None, subscription: type | None = None) -> Schema:
    """A schema with the scalars and the executor of the API."""
    return Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        execution_context_class=CompiledExecution,
        config=StrawberryConfig(
            scalar_map={Decimal: ExactDecimal, datetime: Instant, UUID: Identifier},
            disable_field_suggestions=True,
        ),
        # Of streams alone.
        extensions=[lambda: CheckedOnce(DOCUMENTS), OnlyFollowed, Spending, OneReadingPerQuery],
    )


def _root(name: str, domains: tuple[type, ...], description: str) -> type:
    root = merge_types(name, domains)
    root.__strawberry_definition__.description = description  # type: ignore[attr-defined]
    return root


schema = schema_of(
    _root("Query", QUERIES, "What can be read, within the caller's scope."),
    _root("Mutation", MUTATIONS, "What can be changed; each is a transaction of its own."),
    SubscriptionRoot,
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
