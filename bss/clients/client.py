"""API clients: programs that prove who they are and get access tokens that end soon (OAuth 2.0).

Owns: the value, how a client proves itself, and which scopes it may have. Does not own: what its membership allows
(`bss.access`), or the tokens (`bss.clients.token`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.permission import Permission
from bss.refusal import Problem


class Method(StrEnum):
    """How a client proves who it is; each has one."""

    SECRET = "secret"
    PRIVATE_KEY_JWT = "private_key_jwt"


@dataclass(frozen=True)
class Client:
    """A client without anything by which its secret could be guessed; it acts for its membership.

    `scopes` are the words that its tokens may have; they allow what its membership's role allows too, at that time.
    """

    id: UUID
    membership_id: UUID
    name: str
    method: Method
    key_ids: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    retired_at: datetime | None


def scope_problems(scopes: Collection[Permission], allowed: Collection[Permission]) -> Iterator[Problem]:
    """Everything that keeps a client of a role from having just these scopes."""
    if not scopes:
        yield Problem(("scopes",), "A client needs a scope, or its tokens would allow nothing.")
    for word in sorted(set(scopes) - set(allowed)):
        yield Problem(("scopes",), f"The role of this membership does not allow {word}.")
