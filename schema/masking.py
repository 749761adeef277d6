"""What a caller is told of an error: a refusal's code, or a reference that the log has.

Owns: the split between the expected and the unexpected at the API's edge. Does not own: refusals.
"""

from __future__ import annotations

import logging
import secrets

from graphql import GraphQLError

from bss.refusal import Refusal

_log = logging.getLogger(__name__)


def masked(error: GraphQLError) -> GraphQLError:
    """The error as the caller sees it. GraphQL's own errors about the document stay as they are."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:
        return error
    if isinstance(cause, Refusal):
        extensions: dict[str, object] = {"code": cause.code, "input": list(cause.path)}
        return _replaced(error, cause.message, extensions)
    reference = secrets.token_hex(8)
    _log.error("fault %s at %s", reference, error.path, exc_info=cause)
    return _replaced(
        error,
        f"Something went wrong here; please report the reference {reference}.",
        {"code": "FAULT", "reference": reference},
    )


def _replaced(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)
