"""GraphQL over HTTP: which media type an answer has, and which status follows from what it says.

Owns: the rules of the specification "GraphQL over HTTP". Does not own: reading requests (`server.http.graphql`).
"""

from __future__ import annotations

from functools import lru_cache

from strawberry.types import ExecutionResult

from schema.spending import BUDGET_USED_UP

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
_TAKEN_FOR = {EVENTS: EVENTS, GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}
"""What a client that names this gets; who has no preference gets what clients have always got."""
_RANK = {name: rank for rank, name in enumerate(("*/*", "application/*", EVENTS, JSON, GRAPHQL))}


@lru_cache(maxsize=100)
def negotiated(accept: str) -> str:
    """The media type that the client likes best; plain JSON when it likes none. Of equals, the answer in one piece."""
    best, liking = JSON, (0.0, 0)
    for each in accept.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        found = _TAKEN_FOR.get(name)
        weight = _weight(parameters)
        if found is not None and weight > 0 and (weight, _RANK[name]) > liking:
            best, liking = found, (weight, _RANK[name])
    return best


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def was_not_executed(result: ExecutionResult) -> bool:
    """Whether the request failed as a whole: an error of a field has a path, that of a request has none."""
    return result.data is None and bool(result.errors) and all(each.path is None for each in result.errors or ())


def status_of(result: ExecutionResult, media_type: str) -> int:
    """200, unless nothing was executed: then what a client may act upon, and in plain JSON 200 as ever.

    Only a budget that is used up has its status in both, so that client libraries and proxies wait by themselves.
    """
    if not result.errors or not was_not_executed(result):
        return 200
    codes = {(each.extensions or {}).get("code") for each in result.errors or ()}
    if BUDGET_USED_UP in codes:
        return 429
    if media_type == JSON:
        return 200
    return 500 if "FAULT" in codes else 400


def retry_after(result: ExecutionResult) -> int | None:
    """In how many seconds there will be room in the budget, when that is what is wrong."""
    if not result.errors:
        return None
    said = [(each.extensions or {}).get("retryAfterSeconds") for each in result.errors]
    return max((seconds for seconds in said if isinstance(seconds, int)), default=None)
