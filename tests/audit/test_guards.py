"""The roles that the system runs as add to the audit and seal it, and can do nothing else to it."""

from __future__ import annotations

import asyncpg
import pytest

from bss.transaction.database import Role
from tests.audit.books import Books

REFUSED = [
    "UPDATE audit SET actor_name = 'Eve' WHERE position = 1",
    "UPDATE audit SET actor_name = 'Eve' WHERE position IS NULL",
    "UPDATE audit SET position = 3, link = 'x', actor_name = 'Eve' WHERE position IS NULL",
    "UPDATE audit SET position = NULL, link = NULL WHERE position = 1",
    "UPDATE audit SET position = 9 WHERE position = 1",
    "UPDATE audit SET link = 'x' WHERE position = 1",
    "DELETE FROM audit WHERE position = 1",
    "DELETE FROM audit WHERE position IS NULL",
    "INSERT INTO audit (id, organisation_id, path, actor_id, actor_name, operation, object_id, input_digest,"
    " recorded_at, position, link) SELECT gen_random_uuid(), organisation_id, path, actor_id, 'Eve', operation,"
    " object_id, input_digest, recorded_at, 3, 'x' FROM audit LIMIT 1",
    "UPDATE audit_chain SET position = position - 1",
    "UPDATE audit_chain SET link = 'x'",
    "UPDATE audit_chain SET id = gen_random_uuid()",
    "DELETE FROM audit_chain",
]


@pytest.mark.parametrize("role", list(Role))
async def test_the_run_time_roles_can_neither_rewrite_nor_unseal_nor_delete(books: Books, role: Role) -> None:
    await books.sealed("A")
    await books.account("B")
    connection = await books.as_role(role.value)
    for statement in REFUSED:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)
    for statement in ("TRUNCATE audit", "TRUNCATE audit_chain", "ALTER TABLE audit DISABLE TRIGGER USER"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
    verified = await books.verified()
    assert (verified.holds.position, verified.waiting, verified.broken) == (2, 1, None)


async def test_a_place_is_given_whole_and_to_one_entry(books: Books) -> None:
    await books.sealed("A")
    await books.account("B")
    connection = await books.as_role("bss_app")
    for statement, refusal in (
        ("UPDATE audit SET position = 3 WHERE position IS NULL", asyncpg.CheckViolationError),
        ("UPDATE audit SET link = 'x' WHERE position IS NULL", asyncpg.CheckViolationError),
        ("UPDATE audit SET position = 0, link = 'x' WHERE position IS NULL", asyncpg.CheckViolationError),
        ("UPDATE audit SET position = 2, link = 'x' WHERE position IS NULL", asyncpg.UniqueViolationError),
    ):
        with pytest.raises(refusal):
            await connection.execute(statement)
    await connection.close()


async def test_a_place_that_a_role_made_up_is_named(books: Books) -> None:
    """It may seal, and so it may seal wrongly: for that there is the chain."""
    await books.sealed("A")
    await books.account("B")
    connection = await books.as_role("bss_app")
    await connection.execute("UPDATE audit SET position = 3, link = 'x' WHERE position IS NULL")
    await connection.execute("UPDATE audit_chain SET position = 3, link = 'x'")
    await connection.close()
    broken = (await books.verified()).broken
    assert broken is not None
    assert broken.position == 3
