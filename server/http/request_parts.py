"""The parts of a GraphQL request, however it came: checked before any document is read.

Owns: which parts there are, their types, and how long a document may be. Does not own: what a document may ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from cross_web import HTTPException
from strawberry.http import GraphQLRequestData, GraphQLRequestProtocol

from server.http.negotiation import JSON
from server.http.stored import Stored, document_of

_PARTS: dict[str, type] = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
_SAID: dict[type, str] = {str: "text", dict: "an object"}
_IN_JSON = ("variables", "extensions")
_LONGEST_DOCUMENT = 20_000  # documents that are right are kept


def request_of(
    body: Mapping[str, Any], stored: Stored, protocol: GraphQLRequestProtocol, *, any_text: bool
) -> GraphQLRequestData:
    """The request that a body makes. Raises `HTTPException`, `NotStored` and `OnlyStored` (`server.http.stored`)."""
    for name, expected in _PARTS.items():
        if not isinstance(body.get(name), expected | None):
            raise HTTPException(400, f"`{name}` is {_SAID[expected]}, or left out.")
    if len(body.get("query") or "") > _LONGEST_DOCUMENT:
        raise HTTPException(400, "A document has at most 20,000 characters; put input into variables.")
    return GraphQLRequestData(
        query=document_of(body, stored, any_text=any_text),
        variables=body.get("variables"),
        operation_name=body.get("operationName"),
        extensions=body.get("extensions"),
        protocol=protocol,
    )


def parts_of(method: str, address: Mapping[str, Any], content_type: str | None, body: bytes) -> Mapping[str, Any]:
    """The parts as they were sent: by GET in the address, else in a body of JSON. Raises `HTTPException`."""
    if method == "GET":
        parts = dict(address)
        return parts | {name: _json(parts[name]) for name in _IN_JSON if parts.get(name)}
    if (content_type or "").partition(";")[0].strip().lower() != JSON:
        raise HTTPException(415, f"Send {JSON}.")
    found = _json(body)
    if not isinstance(found, dict):
        raise HTTPException(400, "The request must be a JSON object.")
    return found


def _json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise HTTPException(400, "This is not JSON.") from None
