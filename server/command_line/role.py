"""`bss role`: the roles that may be given, and an organisation's own."""

from __future__ import annotations

from uuid import UUID

import click

from bss.access.create_role import CreateRole, create_role
from bss.access.own_roles import OwnedRole, many_roles, roles
from bss.access.retire_role import RetireRole, retire_role
from bss.access.update_role import UpdateRole, update_role
from bss.identifier import Kind, public
from bss.permission import Permission
from bss.role import RoleKind
from bss.viewer import Viewer
from server.command_line.answer import Listing, Record, answers
from server.command_line.arguments import PublicId, of_organisation
from server.command_line.opening import asked, clock

_ALLOW = click.option(
    *("--allow", "allowed"),
    type=click.Choice([each.value for each in Permission]),
    multiple=True,
    metavar="WORD",
    help="A permission, such as invoice:view; again for each.",
)


@click.group()
def role() -> None:
    """Roles: what those may do who have one."""


@role.command("list")
@answers
@of_organisation
def list_roles(organisation: str) -> Listing:
    """List the roles of ORGANISATION (its slug) that may be given."""
    found = asked(organisation, roles)
    return Listing([_card(each) for each in found], ("code", "name", "kind", "isStandard", "allows"), "No roles.")


@role.command("create")
@answers
@of_organisation
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice([each.value for each in RoleKind]), required=True, help="Whose people.")
@_ALLOW
def create(organisation: str, code: str, name: str, kind: str, allowed: tuple[str, ...]) -> Record:
    """Create a role of ORGANISATION (its slug) under CODE, called NAME."""
    request = CreateRole(code, name, RoleKind(kind), frozenset(Permission(word) for word in allowed))

    async def body(viewer: Viewer) -> Record:
        return await _shown(viewer, (await create_role(viewer, request, now=clock().now())).object_id)

    return asked(organisation, body)


@role.command("update")
@answers
@of_organisation
@click.argument("role_id", type=PublicId(Kind.ROLE))
@click.option("--name", help="What people call it.")
@_ALLOW
def update(organisation: str, role_id: UUID, name: str | None, allowed: tuple[str, ...]) -> Record:
    """Change a role of ORGANISATION (its slug): its name, or everything that it allows."""
    permissions = frozenset(Permission(word) for word in allowed) if allowed else None

    async def body(viewer: Viewer) -> Record:
        await update_role(viewer, UpdateRole(role_id, name, permissions), now=clock().now())
        return await _shown(viewer, role_id)

    return asked(organisation, body)


@role.command("retire")
@answers
@of_organisation
@click.argument("role_id", type=PublicId(Kind.ROLE))
def retire(organisation: str, role_id: UUID) -> Record:
    """Retire a role of ORGANISATION (its slug) that nobody has any more."""

    async def body(viewer: Viewer) -> Record:
        await retire_role(viewer, RetireRole(role_id), now=clock().now())
        return await _shown(viewer, role_id)

    return asked(organisation, body)


async def _shown(viewer: Viewer, role_id: UUID) -> Record:
    return _card((await many_roles(viewer, (role_id,)))[role_id])


def _card(owned: OwnedRole) -> Record:
    return {
        "id": public(Kind.ROLE, owned.id),
        "code": owned.role.code,
        "name": owned.role.name,
        "kind": owned.role.kind,
        "isStandard": owned.is_standard,
        "allows": len(owned.role.permissions),
        "permissions": sorted(word.value for word in owned.role.permissions),
        "version": owned.version,
        "retiredAt": owned.retired_at,
    }
