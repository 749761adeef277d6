"""Roles in GraphQL: the standard ones, and those that the organisation added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from bss.access import own_roles
from bss.access.create_role import CreateRole, create_role
from bss.access.retire_role import RetireRole, retire_role
from bss.access.update_role import UpdateRole, update_role
from bss.identifier import Kind
from bss.permission import Permission
from bss.refusal import InvalidInput, Problem
from bss.role import RoleKind
from schema.asking import Info
from schema.declare import mutation, needs, shown
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized

strawberry.enum(RoleKind, description="Whose people have a role: the organisation's, a reseller's, or a customer's.")
WORDS = "Words of the form noun:verb, as fields show them in @requires."


@strawberry.type(description="What somebody may do who has it. A standard role is what it is, and its version is 1.")
class Role(Node):
    code: str
    name: str
    kind: RoleKind
    permissions: list[str] = strawberry.field(description=WORDS, directives=sized(20))
    is_standard: bool
    version: int
    retired_at: datetime | None

    @classmethod
    def of(cls, owned: own_roles.OwnedRole) -> Role:
        return cls(
            id=id_of(Kind.ROLE, owned.id),
            code=owned.role.code,
            name=owned.role.name,
            kind=owned.role.kind,
            permissions=sorted(word.value for word in owned.role.permissions),
            is_standard=owned.is_standard,
            version=owned.version,
            retired_at=owned.retired_at,
        )


findable(Kind.ROLE, own_roles.many_roles, Role)


def permissions_of(words: Sequence[str], path: str) -> frozenset[Permission]:
    """The permissions behind the words of an input. Raises `InvalidInput` with every word that there is not."""
    known = {permission.value for permission in Permission}
    unknown = [
        Problem((path, str(place)), f"There is no permission {word!r}.")
        for place, word in enumerate(words)
        if word not in known
    ]
    if unknown:
        raise InvalidInput(unknown)
    return frozenset(Permission(word) for word in words)


@strawberry.input
class CreateRoleInput:
    code: str
    name: str
    kind: RoleKind
    permissions: list[str] = strawberry.field(description=WORDS)


def _creation(given: CreateRoleInput) -> CreateRole:
    return CreateRole(given.code, given.name, given.kind, permissions_of(given.permissions, "permissions"))


@strawberry.input(description="What is left out stays.")
class UpdateRoleInput:
    role_id: strawberry.ID
    name: strawberry.Maybe[str] = None
    permissions: strawberry.Maybe[list[str]] = None
    expected_version: strawberry.Maybe[int] = None


def _change(given: UpdateRoleInput) -> UpdateRole:
    return UpdateRole(
        role_id=uuid_of(Kind.ROLE, given.role_id, "roleId"),
        name=None if given.name is None else given.name.value,
        permissions=None if given.permissions is None else permissions_of(given.permissions.value, "permissions"),
        expected_version=None if given.expected_version is None else given.expected_version.value,
    )


@strawberry.input
class RetireRoleInput:
    role_id: strawberry.ID


def _retirement(given: RetireRoleInput) -> RetireRole:
    return RetireRole(uuid_of(Kind.ROLE, given.role_id, "roleId"))


@strawberry.type
class Query:
    @strawberry.field(
        description="All roles that may be given: the standard ones, and then the organisation's own by code.",
        directives=[*needs(own_roles.roles), *sized(20)],
    )
    async def roles(self, info: Info) -> list[Role]:
        return [Role.of(each) for each in await own_roles.roles(info.context.viewer)]


_shown = shown(own_roles.many_roles, Role)


@strawberry.type
class Mutation:
    create_role = mutation(create_role, input_type=CreateRoleInput, result=Role, request_of=_creation, answer=_shown)
    update_role = mutation(update_role, input_type=UpdateRoleInput, result=Role, request_of=_change, answer=_shown)
    retire_role = mutation(retire_role, input_type=RetireRoleInput, result=Role, request_of=_retirement, answer=_shown)
