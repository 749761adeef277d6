"""Fields and mutations made from the domain's declarations: permission and refusals are taken, not repeated.

Owns: the directive `@requires`, and how a command becomes a mutation with a result union. Does not own: the
permission check itself, which the command or the query makes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any, TypeVar, Union
from uuid import UUID

import strawberry
from strawberry.schema_directive import Location

from bss.refusal import InvalidInput, NotFound, Refusal
from bss.transaction.command import Command, Outcome
from bss.viewer import REQUIRED
from schema.asking import Batched, Info
from schema.refusals import Path, refusal_type, refused
from schema.scalars import unstorable

Request = TypeVar("Request")
_LONGEST_KEY = 200

Answer = Callable[[Info, Outcome, Any], Awaitable[object]]
"""Reads a mutation's result afresh, so that a repeated call may select other fields; it gets the input too."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], description="The one permission that the caller's role must include."
)
class Requires:
    permission: str


ANSWERED_AS: dict[Answer, type] = {}
"""As which node an answer shows the very object of the outcome."""
SHOWN_AS: dict[str, type] = {}
"""As which node the object of an operation is shown, by the command's name."""


def _code_of(refusal: type[Refusal]) -> str:
    return refusal.code


def needs(question: Any) -> list[Any]:
    """The directive for a field that asks this query of the domain."""
    return [Requires(permission=REQUIRED[question].value)]


def shown(question: Batched[UUID, Any], node: Any) -> Answer:
    """The answer that is the object itself, found by this query and shown as this node (`node.of`).

    Whoever may make it may see what was made: the result is read with the permission to see it, so that no
    command is said to be refused after it was done. The scope stays the viewer's.
    """

    async def answer(info: Info, outcome: Outcome, given: object) -> object:
        viewer = info.context.viewer
        seeing = replace(viewer, permissions=viewer.permissions | {REQUIRED[question]})
        found = (await question(seeing, (outcome.object_id,))).get(outcome.object_id)
        if found is None:
            raise NotFound(node.__name__.lower())  # it was made, and has left the caller's scope since
        return node.of(found)

    ANSWERED_AS[answer] = node
    return answer


def _as_it_is(given: object, path: Path) -> Path:
    return path


def mutation(
    command: Command[Request],
    *,
    input_type: type,
    result: type,
    request_of: Callable[[Any], Request],
    answer: Answer,
    place_of: Callable[[Any, Path], Path] = _as_it_is,
) -> Any:
    """The mutation of a command: an input, an idempotency key, and a union of the result and its refusals.

    `request_of` makes the domain's request from the input and may refuse. `place_of` turns the domain's path of a
    problem into the path in this input, where the two differ.
    """

    async def resolver(info: Info, input: Any, idempotency_key: str) -> object:
        asking = info.context
        try:
            asking.viewer.require(command.requires)
            _refuse_unreadable(input, idempotency_key)
            request = request_of(input)
            outcome = await command(asking.viewer, request, now=asking.clock.now(), key=idempotency_key)
        except command.refuses as refusal:  # type: ignore[misc]  # mypy loses that these are exceptions
            return refused(refusal, command.refuses, lambda path: place_of(input, path))
        return await answer(info, outcome, input)

    definition = input_type.__strawberry_definition__  # type: ignore[attr-defined]  # every input has one
    definition.description = definition.description or f"What {command.name} takes."
    if answer in ANSWERED_AS:
        SHOWN_AS[command.name] = ANSWERED_AS[answer]
    resolver.__annotations__ = {
        "info": Info,
        "input": input_type,
        "idempotency_key": Annotated[str, strawberry.argument(description="Repeat it, and nothing happens twice.")],
        "return": _result_union(command, result),
    }
    return strawberry.mutation(
        resolver,
        name=command.name,
        description=command.meaning,
        directives=[Requires(permission=command.requires.value)],
    )


def _refuse_unreadable(given: object, idempotency_key: str) -> None:
    if not 1 <= len(idempotency_key) <= _LONGEST_KEY:
        raise InvalidInput.at("idempotencyKey", f"A key has 1 to {_LONGEST_KEY} characters.")
    if problems := [*unstorable(idempotency_key, ("idempotencyKey",)), *unstorable(given, ())]:
        raise InvalidInput(problems)


def _result_union(command: Command[Any], result: type) -> Any:
    declared: set[type[Refusal]] = set(command.refuses)
    refusals = tuple(refusal_type(each) for each in sorted(declared, key=_code_of))
    name = f"{command.name[0].upper()}{command.name[1:]}Result"
    description = f"What {command.name} did, or why it did nothing."
    return Annotated[Union[(result, *refusals)], strawberry.union(name, description=description)]
