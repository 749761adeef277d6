"""What is wrong with a batch: every problem with the place of its reading, up to a limit.

Owns: the list, and how a place is told. Does not own: what is wrong with a reading (`stage`) or a line (`csv_file`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bss.metering.reading import MOST_PROBLEMS
from bss.refusal import InvalidInput, Problem


@dataclass(frozen=True)
class Numbering:
    """How readings are counted: the input's name in a problem's path, and the word for one in its message."""

    path: str
    word: str

    def problem(self, place: int, what: str, message: str) -> Problem:
        """Something is wrong with the field or column `what` of the reading at this place."""
        return Problem((self.path, str(place), what), f"{self.word} {place}: {message}")


READINGS = Numbering("readings", "Reading")
"""By the index in the batch, from 0."""
LINES = Numbering("lines", "Line")
"""By the line of a file, from 1."""


class Findings:
    """The problems of one batch, found while it streams past."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self._found: list[tuple[int, Problem]] = []

    def add(self, place: int, what: str, message: str) -> None:
        self._found.append((place, self.numbering.problem(place, what, message)))

    @property
    def full(self) -> bool:
        """Whether there are enough: nobody needs to look further."""
        return len(self._found) >= MOST_PROBLEMS

    def refuse(self) -> None:
        """Raise `InvalidInput` with the problems in the order of their places, if there are any."""
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0])
            raise InvalidInput(problem for _, problem in ordered[:MOST_PROBLEMS])
