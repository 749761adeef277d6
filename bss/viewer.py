"""Who asks: every read and every write takes a `Viewer`.

Owns: the value. Does not own: how a token or a sign-in becomes one (`bss.access`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from bss.identifier import derived
from bss.module import ALL_MODULES, MODULE_OF, Module, ModuleOff
from bss.permission import OF_THE_WHOLE_ORGANISATION, Permission
from bss.refusal import PermissionDenied, Refusal


@dataclass(frozen=True)
class Viewer:
    """A person, an API client or a job, within one organisation and one subtree of its accounts.

    `path` is the path of the account at the top of the scope, never empty; staff have the root's. `modules` are
    those that the organisation has switched on; its own jobs finish what was begun and have all.

    `acting_as` is the delegation by which a person acts for an account that is not theirs, and `acting_as_name` that
    account's name; the person stays the actor.
    """

    actor_id: UUID
    actor_name: str
    organisation_id: UUID
    path: str
    permissions: frozenset[Permission]
    modules: frozenset[Module] = ALL_MODULES
    acting_as: UUID | None = None
    acting_as_name: str | None = None

    def __post_init__(self) -> None:
        if not self.path.endswith("."):
            raise ValueError("a viewer without an account scope sees nothing and must not exist")

    @classmethod
    def system(cls, organisation_id: UUID, root_path: str, job: str) -> Viewer:
        """The organisation's own jobs: root scope, every permission, named in the audit by the job."""
        actor = derived("system", organisation_id, job)
        return cls(actor, f"system:{job}", organisation_id, root_path, frozenset(Permission))

    def require(self, permission: Permission) -> None:
        """Refuse unless the viewer has the permission, the scope that it takes, and the module that it belongs to.

        With `PermissionDenied`; with `ModuleOff` when the organisation has switched that module off.
        """
        if permission not in self.permissions:
            raise PermissionDenied(permission.value)
        if permission in OF_THE_WHOLE_ORGANISATION and not self.sees_everything:
            raise PermissionDenied(f"{permission.value} over the whole organisation")
        module = MODULE_OF.get(permission)
        if module is not None and module not in self.modules:
            raise ModuleOff(module)

    def may(self, permission: Permission) -> bool:
        """Whether `require` would let this pass."""
        try:
            self.require(permission)
        except Refusal:
            return False
        return True

    @property
    def sees_everything(self) -> bool:
        """Whether the scope is the root account's, and so the whole organisation."""
        return self.path == self.root_path

    @property
    def root_path(self) -> str:
        """The path of the organisation's root account: the first label of every path."""
        return f"{self.path.partition('.')[0]}."

    def sees(self, path: str) -> bool:
        """Whether an account row with this path lies in the viewer's scope."""
        return path.startswith(self.path)


Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Question = Callable[Arguments, Coroutine[Any, Any, Answer]]

REQUIRED: dict[object, Permission] = {}
"""The permission of every query, by the function: the API's schema shows it."""


def requires(permission: Permission) -> Callable[[Question[Arguments, Answer]], Question[Arguments, Answer]]:
    """Declare the one permission of a query, whose first argument is the viewer.

    Asked without it, the query refuses with `PermissionDenied`.
    """

    def declare(question: Question[Arguments, Answer]) -> Question[Arguments, Answer]:
        @wraps(question)
        async def asked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            viewer = args[0]
            if not isinstance(viewer, Viewer):
                raise TypeError("a query takes the viewer first")
            viewer.require(permission)
            return await question(*args, **kwargs)

        REQUIRED[asked] = permission
        return asked

    return declare
