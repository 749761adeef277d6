"""Every query of the API's tests by both executors: plans must answer to the byte as the reference executor does."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import orjson
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from bss.clock import Clock
from bss.transaction.database import current
from bss.viewer import Viewer
from schema.asking import Asking
from schema.budget import Allowance
from schema.execution import execute, schema

REFERENCE = copy.copy(schema)
REFERENCE.execution_context_class = StrawberryGraphQLCoreExecutionContext


async def execute_both_ways(
    document: str, viewer: Viewer, clock: Clock, variables: Mapping[str, Any], allowance: Allowance
) -> dict[str, Any]:
    """The answer by plans; of a query the reference executor must say the same, with the fields in the same order.

    A mutation is made once; a query is asked once where statements are counted, or where it has a fault, which has a
    reference of its own each time.
    """
    body = await execute(document, viewer, clock, variables, allowance)
    faults = [error for error in body.get("errors", ()) if "reference" in error.get("extensions", {})]
    if not (faults or document.lstrip().startswith("mutation") or current().observer):
        result = await REFERENCE.execute(document, dict(variables), context_value=Asking(viewer, clock, allowance))
        expected: dict[str, Any] = {"data": result.data}
        if result.errors:
            expected["errors"] = [error.formatted for error in result.errors]
        assert orjson.dumps(body) == orjson.dumps(expected)
    return body
