"""What is wrong with a batch: every problem with the place of its reading, up to a limit.

Owns: the list, and how a place is told. Does not own: what is wrong with a reading (`stage`) or a line (`csv_file`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bss.metering.reading import MOST_PROBLEMS
from bss.refusal import InvalidInput, Problem


@dataclass(frozen=True)
class Numbering:
    """How readings are counted: the input's name in a problem's path, and the word for one in its message.

    `told_as` is what the input calls a field of a reading of a meter: a file has columns of its own.
    """

    path: str
    word: str
    told_as: Callable[[str, str], str] = lambda field, _: field

    def problem(self, place: int, what: str, message: str) -> Problem:
        """Something is wrong with what the input calls `what` at this place."""
        return Problem((self.path, str(place), what), f"{self.word} {place}: {message}")

    def problem_of(self, place: int, field: str, message: str, meter: str = "") -> Problem:
        """Something is wrong with a field of the reading at this place."""
        return self.problem(place, self.told_as(field, meter), message)


READINGS = Numbering("readings", "Reading")
"""By the index in the batch, from 0."""


def lines_of(told_as: Callable[[str, str], str]) -> Numbering:
    """By the line of a file, from 1."""
    return Numbering("lines", "Line", told_as)


class Findings:
    """The problems of one batch, found while it streams past."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self._found: dict[Problem, int] = {}

    def add(self, place: int, what: str, message: str) -> None:
        self._found[self.numbering.problem(place, what, message)] = place

    def add_of(self, place: int, field: str, message: str, meter: str = "") -> None:
        """The same of a reading's field. What several readings of one line have in common is told once."""
        self._found[self.numbering.problem_of(place, field, message, meter)] = place

    @property
    def are_any(self) -> bool:
        return bool(self._found)

    @property
    def full(self) -> bool:
        """Whether there are enough: nobody needs to look further."""
        return len(self._found) >= MOST_PROBLEMS

    def refuse(self) -> None:
        """Raise `InvalidInput` with the problems in the order of their places, if there are any."""
        if self._found:
            raise InvalidInput(sorted(self._found, key=self._found.__getitem__)[:MOST_PROBLEMS])
