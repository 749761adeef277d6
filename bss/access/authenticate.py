"""From a bearer token to a `Viewer`: directory first, then the organisation's own rows."""

from __future__ import annotations

import json
from datetime import datetime

from bss.access.admit import token_hash
from bss.module import Module
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.database import Role, current
from bss.viewer import Viewer


async def viewer_of_token(secret: str, *, now: datetime) -> Viewer | None:
    """The viewer behind a token, or None: unknown, revoked and expired tokens are not told apart."""
    entry = await current().pool(Role.APP).fetchrow("SELECT * FROM directory_token($1)", token_hash(secret))
    if entry is None:
        return None
    async with reading(Viewer.system(entry["organisation_id"], entry["root_path"], "authenticate")) as tx:
        row = await tx.connection.fetchrow(
            "SELECT p.id, p.name, m.path, r.permissions, o.modules FROM api_token t"
            " JOIN organisation o ON o.organisation_id = t.organisation_id"
            " JOIN membership m ON m.organisation_id = t.organisation_id AND m.id = t.membership_id"
            " JOIN person p ON p.organisation_id = m.organisation_id AND p.id = m.person_id"
            " JOIN role r ON r.organisation_id = m.organisation_id AND r.code = m.role"
            " WHERE t.organisation_id = $1 AND t.id = $2 AND t.revoked_at IS NULL"
            " AND (t.expires_at IS NULL OR t.expires_at > $3)",
            *(entry["organisation_id"], entry["token_id"], now),
        )
    if row is None:
        return None
    permissions = frozenset(Permission(word) for word in json.loads(row["permissions"]))
    modules = frozenset(Module(word) for word in json.loads(row["modules"]))
    return Viewer(row["id"], row["name"], entry["organisation_id"], row["path"], permissions, modules)
