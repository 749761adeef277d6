"""Who may do what to what: every operation that names an object, by where the object stands.

The viewer may do everything within the account Own; the organisation's owner is asked about what is Own's, too, and
about what is mirrored. `relations.txt` is read in review: a change of what somebody may do is a change of its lines.
To write it anew: `BSS_WRITE_RELATIONS=1 python -m pytest tests/relations`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bss.transaction import command
from tests.installation import Server, fresh_database
from tests.relations.asked import COLUMNS, DONE, FOUND, NONE, UNKNOWN, Undone, lists, mutations, nodes, queries
from tests.relations.world import World, open_world
from tests.schema.reflection import roots
from tests.sync.channel import Channel

GOLDEN = Path(__file__).parent / "relations.txt"
Matrix = dict[str, dict[str, str]]


@pytest_asyncio.fixture(scope="module")
async def world(server: Server) -> AsyncIterator[World]:
    async with fresh_database(server) as (_, database):
        with database.bound():
            yield await open_world(await Channel.opened(database, database))


@pytest_asyncio.fixture(scope="module")
async def matrix(world: World) -> Matrix:
    """Every operation asked about every place; a command is stopped where it would commit."""
    reached: list[str] = []

    def stop(name: str) -> None:
        reached.append(name)
        raise Undone

    found: Matrix = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "fp", stop)
        for cells in (mutations(world, reached), queries(world), nodes(world), lists(world)):
            async for row, column, outcome in cells:
                found.setdefault(row, {})[column] = outcome
    return found


def printed(matrix: Matrix) -> str:
    lines = [("operation", dict(zip(COLUMNS, COLUMNS, strict=True))), *matrix.items()]
    return "".join(
        f"{row:<42}" + "".join(f"{cells.get(column, NONE):<19}" for column in COLUMNS).rstrip() + "\n"
        for row, cells in lines
    )


def test_who_may_do_what_is_as_it_was(matrix: Matrix) -> None:
    text = printed(matrix)
    if os.environ.get("BSS_WRITE_RELATIONS"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


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
