"""Refusals: every expected "no", typed, with the facts that a person needs.

Owns: the base class and the refusals that any package may give. Does not own: refusals about one subject,
which stand in that subject's package; faults, which are ordinary exceptions and are masked at the boundary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input: where, and what."""

    path: tuple[str, ...]
    message: str

    def under(self, *place: str) -> Problem:
        """The problem of a part of an input that stands at this place of it."""
        return Problem((*place, *self.path), self.message)


class Refusal(Exception):
    """An expected "no". `code` is stable and documented, `message` is for a person, `path` names the input."""

    code: ClassVar[str]
    meaning: ClassVar[str]

    def __init__(self, message: str, path: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(path)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of the input; one, unless the refusal collects several."""
        return (Problem(self.path, self.message),)


class NotFound(Refusal):
    code = "NOT_FOUND"
    meaning = "There is no such object within the caller's scope; what lies outside does not exist."

    def __init__(self, what: str, path: Iterable[str] = ()) -> None:
        super().__init__(f"There is no such {what}.", path)


class PermissionDenied(Refusal):
    code = "PERMISSION_DENIED"
    meaning = "The caller's role does not include the permission that the operation declares."

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission}.")


class InvalidInput(Refusal):
    code = "INVALID_INPUT"
    meaning = "The input breaks a rule; every problem is listed with the path of the input."

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._problems = tuple(problems)
        first = self._problems[0]
        super().__init__("; ".join(problem.message for problem in self._problems), first.path)

    @classmethod
    def at(cls, path: str, message: str) -> InvalidInput:
        return cls((Problem(tuple(path.split(".")), message),))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._problems


class Conflict(Refusal):
    code = "CONFLICT"
    meaning = "Somebody else changed the object first, or an object with this natural key exists already."


class WrongState(Refusal):
    code = "WRONG_STATE"
    meaning = "The object's state does not allow this operation; the message names both."


class LockedField(Refusal):
    code = "LOCKED_FIELD"
    meaning = "The field is written by another organisation only; the message names the owner."

    def __init__(self, what: str, owner: str, path: Iterable[str] = ()) -> None:
        super().__init__(f"{what} is managed by {owner} and is locked here.", path)


class IdempotencyKeyReused(Refusal):
    code = "IDEMPOTENCY_KEY_REUSED"
    meaning = "The idempotency key was used before with another input; nothing was done."

    def __init__(self) -> None:
        super().__init__("This idempotency key was used before with another input.", ("idempotencyKey",))


def catalogue() -> tuple[type[Refusal], ...]:
    """Every refusal that is defined by the packages imported so far, by code."""
    found: dict[str, type[Refusal]] = {}
    pending: list[type[Refusal]] = [Refusal]
    while pending:
        for refusal in pending.pop().__subclasses__():
            pending.append(refusal)
            if "code" in refusal.__dict__:
                found[refusal.code] = refusal
    return tuple(found[code] for code in sorted(found))
