"""Who may do what to what: every operation that names an object, by where the object stands.

The viewer may do everything within the account Own; the organisation's owner is asked about what is Own's, too, and
about what is mirrored. `relations.txt` and `roles.txt` are read in review: a change of what somebody may do is a change
of their lines.
To write it anew: `BSS_WRITE_RELATIONS=1 python -m pytest tests/relations`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bss.permission import with_implied
from bss.role import STANDARD
from bss.transaction import command
from bss.transaction.command import COMMANDS
from tests.installation import Server, fresh_database
from tests.relations.asked import (
    COLUMNS,
    DONE,
    FOUND,
    NONE,
    UNKNOWN,
    Cell,
    Undone,
    asked_mutation,
    asked_query,
    by_permission,
    lists,
    mutations,
    nodes,
    queries,
)
from tests.relations.world import World, open_world
from tests.schema.reflection import required, roots
from tests.sync.channel import Channel

RELATIONS, ROLES = (Path(__file__).parent / name for name in ("relations.txt", "roles.txt"))
GIVING = (
    *("addMembership", "admitPerson", "assignRole", "createRole", "createToken", "endMembership", "updateRole"),
    "inviteMember",
    *("addIdentityProvider", "delegateAccount", "retireIdentityProvider", "updateIdentityProvider"),
    *("createClient", "retireClient", "rotateClientSecret", "setClientKeys"),
)
"""Nobody gives, or takes, what they do not have."""
Matrix = dict[str, dict[str, str]]


@pytest_asyncio.fixture(scope="module")
async def world(server: Server) -> AsyncIterator[World]:
    async with fresh_database(server) as (_, database):
        with database.bound():
            yield await open_world(await Channel.opened(database, database))


async def asked(*cells: AsyncIterator[Cell]) -> Matrix:
    found: Matrix = {}
    for each in cells:
        async for row, column, outcome in each:
            found.setdefault(row, {})[column] = outcome
    return found


@pytest.fixture(scope="module")
def reached() -> Iterator[list[str]]:
    """Every command is stopped where it would commit; the steps that were reached."""
    found: list[str] = []

    def stop(name: str) -> None:
        found.append(name)
        raise Undone

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "fp", stop)
        yield found


@pytest_asyncio.fixture(scope="module")
async def matrix(world: World, reached: list[str]) -> Matrix:
    """Every operation asked about every place."""
    return await asked(mutations(world, reached), queries(world), nodes(world), lists(world))


def printed(matrix: Matrix, columns: Iterable[str], width: int) -> str:
    lines = [("operation", {column: column for column in columns}), *matrix.items()]
    return "".join(
        f"{row:<42}" + "".join(f"{cells.get(column, NONE):<{width}}" for column in columns).rstrip() + "\n"
        for row, cells in lines
    )


def is_as_it_was(text: str, golden: Path) -> bool:
    if os.environ.get("BSS_WRITE_RELATIONS"):
        golden.write_text(text, encoding="utf-8")
    return text.splitlines() == golden.read_text(encoding="utf-8").splitlines()


def test_who_may_do_what_to_what_is_as_it_was(matrix: Matrix) -> None:
    assert is_as_it_was(printed(matrix, COLUMNS, 19), RELATIONS)


async def test_which_role_may_do_what_is_as_it_was(world: World, reached: list[str]) -> None:
    """None is undecided: a role does an operation, or is denied it, and never refused for another reason."""
    matrix = await asked(by_permission(world, reached, {code: role.permissions for code, role in STANDARD.items()}))
    said = {DONE: "yes", FOUND: "yes", "PERMISSION_DENIED": "."}
    shown = {row: {code: said[each] for code, each in cells.items()} for row, cells in matrix.items()}
    assert is_as_it_was(printed(shown, STANDARD, 17), ROLES)


async def test_an_operation_asks_for_the_permission_that_it_declares_and_for_no_other(
    world: World, reached: list[str]
) -> None:
    """But for what an input may ask for besides: terms, an instant in the past, a role that allows more."""
    denied = {}
    for name, field in {**roots("Mutation"), **roots("Query")}.items():
        needed = required(field)
        viewer = replace(world.books.staff, permissions=with_implied({needed} if needed else ()))
        asking = asked_mutation(world, reached, viewer, name) if name in COMMANDS else asked_query(world, viewer, name)
        if (outcome := await asking) not in (DONE, FOUND):
            denied[name] = outcome
    assert denied == {
        **dict.fromkeys(("node", "nodes"), "PERMISSION_DENIED"),  # an object's own permission
        "moveAccount": "PERMISSION_DENIED",  # its terms
        **dict.fromkeys(GIVING, "PERMISSION_DENIED"),
    }


def test_what_stands_beside_a_viewer_does_not_exist(matrix: Matrix) -> None:
    """The answer about it is, to the byte, the one about an id that nobody has."""
    beside = {row: cells["beside"] for row, cells in matrix.items() if "beside" in cells}
    assert set(beside.values()) == {UNKNOWN, NONE, "PERMISSION_DENIED"}
    assert list(beside.values()).count(UNKNOWN) > 100


def test_what_stands_above_is_known_only_where_it_is_on_sale(matrix: Matrix) -> None:
    """Offerings and bundles that an account above sells to the viewer's, and nothing else."""
    known = {
        row for row, cells in matrix.items() if cells.get("above", NONE) not in (UNKNOWN, NONE, "PERMISSION_DENIED")
    }
    assert {row.rpartition(".")[2] for row in known} <= {"offeringId", "bundleId", "node(offering)", "node(bundle)"}


def test_every_mutation_is_done_for_somebody(matrix: Matrix) -> None:
    """Or the matrix would say nothing about it: a refusal of a wrong input hides who may do it."""
    done = {row.partition(".")[0] for row, cells in matrix.items() if DONE in cells.values()}
    assert done == set(roots("Mutation"))


def test_what_an_owner_of_a_part_may_do_it_may_do_below(matrix: Matrix) -> None:
    """Every object of the world is found at its own place and below by the one who may do everything there."""
    objects = {row: cells for row, cells in matrix.items() if row.startswith("node(")}
    assert len(objects) > 20
    assert all(cells["own"] == cells["below"] == FOUND for cells in objects.values())
