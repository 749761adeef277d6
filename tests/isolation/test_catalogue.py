"""The database's own catalogue says that every guard stands, and the check notices when one does not."""

from __future__ import annotations

import asyncpg
import pytest

from bss.transaction.database import Role
from bss.transaction.inspection import findings
from tests.installation import Server, fresh_database


async def test_every_guard_stands(server: Server) -> None:
    async with fresh_database(server) as (_, database):
        assert await findings(database.pool(Role.APP)) == ()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY", "a tenant table lacks forced row-level security: invoice"),
        (
            "DROP POLICY scope ON price",
            "a tenant table lacks a policy that checks the organisation on read and on write: price",
        ),
        (
            "CREATE POLICY wide ON account USING (true)",
            "a tenant table has more than one policy: account",
        ),
        ("CREATE TABLE stray (id int)", "a table stands in none of the three classes: stray"),
        ("CREATE VIEW peep AS SELECT * FROM invoice", "a view shows rows with its owner's rights: peep"),
        (
            "CREATE FUNCTION peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM invoice'",
            "a function runs with its owner's rights and is not on the allow-list: peep",
        ),
        (
            "GRANT SELECT ON directory_token TO bss_app",
            "a run-time role may touch the directory: directory_token bss_app",
        ),
        (
            "ALTER TABLE price ADD CONSTRAINT loose FOREIGN KEY (offering_id) REFERENCES offering (id)",
            "a foreign key can leave the organisation: loose",
        ),
    ],
)
async def test_a_missing_guard_is_named(server: Server, damage: str, sentence: str) -> None:
    async with fresh_database(server) as (name, database):
        owner = await asyncpg.connect(server.url(name, "bss_owner"))
        await owner.execute(damage)
        await owner.close()
        assert sentence in await findings(database.pool(Role.APP))
