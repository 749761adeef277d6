"""The chain over an organisation's audit: each link is made of the one before, the position and the entry.

Owns: what a link is, and where a run of entries first breaks it. Pure. Does not own: rows, or when they are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bss.audit.entry import AuditEntry, Entry
from bss.canonical import digest


@dataclass(frozen=True)
class Head:
    """How far a chain goes: the last position, and the link there."""

    position: int
    link: str


@dataclass(frozen=True)
class Break:
    """The first position at which a chain is not what was sealed; `entry_id` is what stands there, if anything does."""

    position: int
    entry_id: UUID | None
    says: str


def beginning(organisation_id: UUID) -> Head:
    """The head of a chain without entries: of one organisation, so that a chain cannot be passed off as another's."""
    return Head(0, digest(("audit", organisation_id)))


def after(head: Head, entry: Entry) -> Head:
    """The head when the entry is the next one."""
    position = head.position + 1
    return Head(position, digest((head.link, position, entry)))


def followed(head: Head, entries: Iterable[AuditEntry]) -> tuple[Head, Break | None]:
    """Go from a head that holds along entries in the order of their positions: how far it holds, and what breaks it."""
    for entry in entries:
        expected = after(head, entry.recorded)
        if entry.position != expected.position:
            return head, Break(expected.position, None, "its entry is gone, and later ones are there")
        if entry.link != expected.link:
            return head, Break(expected.position, entry.id, "its entry is not the one that was sealed there")
        head = expected
    return head, None
