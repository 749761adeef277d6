"""Fields and mutations made from the domain's declarations: permission and refusals are taken, not repeated.

Owns: the directive `@requires`, and how a command becomes a mutation with a result union. Does not own: the
permission check itself, which the command or the query makes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, Union

import strawberry
from strawberry.schema_directive import Location

from bss.refusal import InvalidInput, Refusal
from bss.transaction.command import Command, Outcome
from bss.viewer import REQUIRED
from schema.asking import Info
from schema.refusals import refusal_type, refused

Request = TypeVar("Request")
_LONGEST_KEY = 200


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], description="The one permission that the caller's role must include."
)
class Requires:
    permission: str


def _code_of(refusal: type[Refusal]) -> str:
    return refusal.code


def needs(question: object) -> list[Any]:
    """The directive for a field that asks this query of the domain."""
    return [Requires(permission=REQUIRED[question].value)]


def mutation(
    command: Command[Request],
    *,
    input_type: type,
    result: type,
    request_of: Callable[[Any], Request],
    answer: Callable[[Info, Outcome], Awaitable[object]],
) -> Any:
    """The mutation of a command: an input, an idempotency key, and a union of the result and its refusals.

    `request_of` makes the domain's request from the input and may refuse; `answer` reads the result afresh, so
    that a repeated call may select other fields.
    """

    async def resolver(info: Info, input: Any, idempotency_key: str) -> object:
        try:
            if not 1 <= len(idempotency_key) <= _LONGEST_KEY:
                raise InvalidInput.at("idempotencyKey", f"A key has 1 to {_LONGEST_KEY} characters.")
            asking = info.context
            outcome = await command(asking.viewer, request_of(input), now=asking.clock.now(), key=idempotency_key)
            return await answer(info, outcome)
        except Refusal as refusal:
            return refused(refusal)

    declared: set[type[Refusal]] = set(command.refuses)
    refusals = tuple(refusal_type(each) for each in sorted(declared, key=_code_of))
    name = f"{command.name[0].upper()}{command.name[1:]}Result"
    resolver.__annotations__ = {
        "info": Info,
        "input": input_type,
        "idempotency_key": Annotated[str, strawberry.argument(description="Repeat it, and nothing happens twice.")],
        "return": Annotated[Union[(result, *refusals)], strawberry.union(name)],
    }
    return strawberry.mutation(
        resolver,
        name=command.name,
        description=command.meaning,
        directives=[Requires(permission=command.requires.value)],
    )
