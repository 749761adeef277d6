"""Operations asked about what stands at each place, and what came of it; nothing that is asked is kept.

An outcome is `done` or `found`; the code of a refusal; `unknown`, where the answer is the one that an id gets which
nobody has; and `-` where there is nothing to ask about.
"""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import get_named_type, is_leaf_type

from bss.identifier import Kind, kind_of, public, uuid7
from bss.permission import Permission
from bss.viewer import Viewer
from schema.execution import execute
from schema.node import FINDERS
from tests.relations.inputs import Path, base, ids_of
from tests.relations.world import PLACES, World
from tests.schema.reflection import arguments, roots, selection

COLUMNS = {"owner": "own", "own": "own", "below": "below", "above": "above", "beside": "beside", "mirrored": "mirrored"}
"""Where the object of a column stands. The organisation's owner asks in the first and in the last."""
DONE, FOUND, UNKNOWN, NONE = "done", "found", "unknown", "-"
SINCE_MAY = {
    "from": '"2026-05-02T00:00:00Z"',
    "to": '"2026-06-02T00:00:00Z"',
    "since": '"2026-05-01"',
    "until": '"2026-07-01"',
    "text": '"seats"',
    "country": '"DE"',
    "number": '"136695976"',
}
NAMES = {
    "subscriptionIds": "subscription",
    "ids": "subscription",
    "under": "account",
    "billToAccountId": "account",
    "priceListId": "list",
}
"""What an argument of a query names, where its own name does not tell."""

ASKED = {
    "id": "account",
    "accountId": "account",
    "subscriptionId": "subscription",
    "subscriptionIds": "subscription",
    "priceListId": "list",
    "invoiceId": "invoice",
    "ids": "subscription",
}
"""What the required arguments of queries name."""
Cell = tuple[str, str, str]
"""Row, column, outcome."""


class Undone(Exception):
    """Raised in the place of the commit: everything that the command asks for is right."""


def viewer_of(world: World, column: str) -> Viewer:
    return world.books.staff if column in ("owner", "mirrored") else world.viewer


def at(world: World, place: str, name: str) -> str | None:
    """The id of that name at a place; a mirrored account or subscription is in no state that the name may tell."""
    ids = world.ids[place]
    found = ids.get(name) or (world.ids["nowhere"].get(name) if place == "own" else None)
    if found is None and place == "mirrored" and (own := world.ids["own"].get(name)):
        named = {Kind.ACCOUNT: "account", Kind.SUBSCRIPTION: "subscription"}.get(kind_of(own))
        return ids[named] if named else None
    return found


def another(identifier: str) -> str:
    """An id of the same kind that nobody has."""
    return public(kind_of(identifier), uuid7()) if "_" in identifier else str(uuid7())


async def mutations(world: World, reached: list[str]) -> AsyncIterator[Cell]:
    """Every mutation about every id that it takes, and those that take none."""
    for mutation in sorted(roots("Mutation")):
        given = _resolved(world, base(mutation))
        for path, name in ids_of(mutation):
            for column, place in COLUMNS.items():
                identifier = at(world, place, name)
                said = _put(given, path, identifier) if identifier else None
                outcome = await _outcome(world, reached, column, mutation, said, identifier or "") if said else NONE
                yield ".".join((mutation, *path)), column, outcome
        if not list(ids_of(mutation)):
            for column in ("owner", "own"):
                yield mutation, column, await _outcome(world, reached, column, mutation, given, "")


async def _outcome(
    world: World, reached: list[str], column: str, mutation: str, given: dict[str, Any], identifier: str
) -> str:
    reached.clear()
    viewer = viewer_of(world, column)
    body = await _call(world, viewer, mutation, given)
    if reached:
        return DONE
    assert "errors" not in body, (mutation, given, body)
    if identifier and column in ("above", "beside"):
        nobodys = another(identifier)
        unknown = await _call(world, viewer, mutation, json.loads(json.dumps(given).replace(identifier, nobodys)))
        if json.dumps(unknown).replace(nobodys, identifier) == json.dumps(body):
            return UNKNOWN
    return str(body["data"][mutation]["code"])


async def _call(world: World, viewer: Viewer, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
    document = (
        f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input,"
        ' idempotencyKey: "key") { __typename ... on Refusal { code message path problems { path message } } } }'
    )
    return await execute(document, viewer, world.books.clock, {"input": given})


def _resolved(world: World, given: Any) -> Any:
    """The input with ids in the place of names."""
    if isinstance(given, dict):
        return {name: _resolved(world, value) for name, value in given.items()}
    if isinstance(given, list):
        return [_resolved(world, value) for value in given]
    if isinstance(given, str) and given.startswith("@"):
        place, _, name = given[1:].rpartition(":")
        return at(world, place or "own", name)
    return given


def _put(given: dict[str, Any], path: Path, identifier: str) -> dict[str, Any]:
    """The input with this id at the path; a step `0` is the one element of a list."""
    changed = copy.deepcopy(given)
    *above, last = path
    place: Any = changed
    for step in above:
        place = place[0] if step == "0" else place.setdefault(step, [])
    if last == "0":
        place[:] = [identifier]
    else:
        place[last] = identifier
    return changed


async def queries(world: World) -> AsyncIterator[Cell]:
    """Every field of the root about every id that it takes."""
    for name, field in sorted(roots("Query").items()):
        for argument in field.args:
            named = NAMES.get(argument, argument.removesuffix("Id"))
            if not at(world, "own", named):
                continue
            for column, place in COLUMNS.items():
                identifier = at(world, place, named)
                if identifier is None:
                    yield f"{name}.{argument}", column, NONE
                    continue
                known = {**SINCE_MAY, argument: f'"{identifier}"'}
                said = (arguments(field, known) or "").strip("()")
                more = "" if argument in said else f"{argument}: {known[argument]} "
                shown = "{ id }" if name == "nodes" else selection(field.type, 2, known)
                document = f"{{ {name}({more}{said}) {shown} }}"
                yield f"{name}.{argument}", column, await _read(world, column, document, identifier)


async def nodes(world: World) -> AsyncIterator[Cell]:
    """Every object of the world by its id, alone and among others: an outcome is that of both."""
    for name in sorted({name for place in PLACES for name in world.ids[place]}):
        identifiers = {column: at(world, place, name) for column, place in COLUMNS.items()}
        if kind_of(str(identifiers["own"])) in FINDERS:
            for column, identifier in identifiers.items():
                one, many = f'node(id: "{identifier}")', f'nodes(ids: ["{identifier}"])'
                document = f"{{ {one} {{ __typename id }} {many} {{ __typename id }} }}"
                outcome = await _read(world, column, document, identifier) if identifier else NONE
                yield f"node({name})", column, outcome


async def _read(world: World, column: str, document: str, identifier: str) -> str:
    """`unknown`, when the answer is that about an id that nobody has; else what it is."""
    viewer, nobodys = viewer_of(world, column), another(identifier)
    body = await execute(document, viewer, world.books.clock, {})
    unknown = await execute(document.replace(identifier, nobodys), viewer, world.books.clock, {})
    if json.dumps(unknown).replace(nobodys, identifier) == json.dumps(body):
        return UNKNOWN
    return str(body["errors"][0]["extensions"]["code"]) if body["data"] is None else FOUND


async def lists(world: World) -> AsyncIterator[Cell]:
    """Every list that takes no id: whether an object of a place stands on it."""
    for name, field in sorted(roots("Query").items()):
        if str(field.type).endswith("Connection!") and arguments(field, {}) == "":
            shown = "account { id }" if name == "hierarchy" else "id"
            for column, place in COLUMNS.items():
                document = f"{{ {name}(first: 200) {{ edges {{ node {{ {shown} }} }} }} }}"
                body = await execute(document, viewer_of(world, column), world.books.clock, {})
                if body["data"] is None:
                    yield name, column, str(body["errors"][0]["extensions"]["code"])
                    continue
                listed = {edge["node"].get("account", edge["node"])["id"] for edge in body["data"][name]["edges"]}
                there = {*world.ids[place].values(), *(world.ids["nowhere"].values() if column == "owner" else ())}
                yield name, column, FOUND if listed & there else NONE


async def by_permission(
    world: World, reached: list[str], viewers: Mapping[str, frozenset[Permission]]
) -> AsyncIterator[Cell]:
    """Every operation asked with each set of permissions, over the whole organisation and about what is Own's."""
    for name, permissions in viewers.items():
        viewer = replace(world.books.staff, permissions=permissions, actor_name=name)
        for mutation in sorted(roots("Mutation")):
            yield mutation, name, await asked_mutation(world, reached, viewer, mutation)
        for query in sorted(roots("Query")):
            yield query, name, await asked_query(world, viewer, query)


async def asked_mutation(world: World, reached: list[str], viewer: Viewer, mutation: str) -> str:
    reached.clear()
    body = await _call(world, viewer, mutation, _resolved(world, base(mutation)))
    return DONE if reached else str(body["data"][mutation]["code"])


async def asked_query(world: World, viewer: Viewer, name: str) -> str:
    field = roots("Query")[name]
    known = {**SINCE_MAY, **{argument: f'"{at(world, "own", named)}"' for argument, named in ASKED.items()}}
    shown = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    body = await execute(f"{{ {name}{arguments(field, known)} {shown} }}", viewer, world.books.clock, {})
    errors = [error["extensions"]["code"] for error in body.get("errors", ())]
    return str(errors[0]) if errors else FOUND
