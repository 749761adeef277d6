"""Who may let whom in: roles, tokens, and their ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.access.admit import Admit, CreateToken, admit, create_token
from bss.access.authenticate import viewer_of_token
from bss.access.models import RoleModel
from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.access.revoke_token import RevokeToken, revoke_token
from bss.permission import Permission
from bss.refusal import NotFound, PermissionDenied
from bss.transaction.begin import begin
from bss.transaction.database import Database
from bss.viewer import Viewer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def opened() -> tuple[Viewer, Admit]:
    _, root, viewer = founder("cloud")
    await open_organisation(viewer, OpenOrganisation("Cloud", "cloud", "Europe/Amsterdam", "EUR", "Ann", root), now=NOW)
    return viewer, Admit("Dora", root, "owner")


async def test_a_token_is_worth_its_role_until_it_is_revoked_or_ends(database: Database) -> None:
    viewer, dora = await opened()
    membership = (await admit(viewer, dora, now=NOW)).object_id
    kept = await create_token(viewer, CreateToken(membership, "kept"), now=NOW)
    short = await create_token(viewer, CreateToken(membership, "short", NOW + timedelta(days=1)), now=NOW)
    for token in (kept, short):
        found = await viewer_of_token(token.secret or "", now=NOW)
        assert found is not None
        assert (found.actor_name, found.path, found.permissions) == ("Dora", viewer.path, frozenset(Permission))
    assert await viewer_of_token(short.secret or "", now=NOW + timedelta(days=1)) is None
    await revoke_token(viewer, RevokeToken(kept.object_id), now=NOW)
    assert await viewer_of_token(kept.secret or "", now=NOW) is None
    assert await viewer_of_token("bss_never_made", now=NOW) is None


async def test_nobody_grants_more_than_they_may_do_themselves(database: Database) -> None:
    viewer, dora = await opened()
    owners = (await admit(viewer, dora, now=NOW)).object_id
    async with begin(viewer) as tx:
        await RoleModel.create(
            using_db=tx.db,
            organisation_id=tx.organisation_id,
            code="doorkeeper",
            name="Doorkeeper",
            kind="staff",
            permissions=["account:view", "person:manage", "token:create"],
            created_at=NOW,
        )
    membership = await admit(viewer, Admit("Dirk", dora.account_id, "doorkeeper"), now=NOW)
    token = await create_token(viewer, CreateToken(membership.object_id, "t"), now=NOW)
    dirk = await viewer_of_token(token.secret or "", now=NOW)
    assert dirk is not None
    await admit(dirk, Admit("Dina", dora.account_id, "doorkeeper"), now=NOW)
    with pytest.raises(PermissionDenied):
        await admit(dirk, Admit("Dirk himself", dora.account_id, "owner"), now=NOW)
    with pytest.raises(PermissionDenied):
        await create_token(dirk, CreateToken(owners, "an owner's token"), now=NOW)


async def test_a_token_of_another_scope_cannot_be_revoked(database: Database) -> None:
    viewer, dora = await opened()
    membership = (await admit(viewer, dora, now=NOW)).object_id
    token = await create_token(viewer, CreateToken(membership, "t"), now=NOW)
    other = Viewer(viewer.actor_id, "somebody", viewer.organisation_id, f"{viewer.path}x.", viewer.permissions)
    with pytest.raises(NotFound):
        await revoke_token(other, RevokeToken(token.object_id), now=NOW)
