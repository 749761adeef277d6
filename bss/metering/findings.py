"""What is wrong with a batch: every problem with the place of its reading, up to a limit.

Owns: the list and how a place is told. Does not own: what is wrong with a reading (`stage`) or a line (`csv_file`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bss.metering.reading import MOST_PROBLEMS
from bss.refusal import InvalidInput, Problem


@dataclass(frozen=True)
class Numbering:
    """How readings are counted: the input's name in a problem's path, and the word for one in its message."""

    path: str
    word: str


READINGS = Numbering("readings", "reading")
"""By the index in the batch, from 0."""
LINES = Numbering("lines", "line")
"""By the line of a file, from 1."""


@dataclass
class Findings:
    """The problems of one batch, found while it streams past."""

    numbering: Numbering
    _found: list[tuple[int, Problem]] = field(default_factory=list)

    def add(self, place: int, what: str, message: str) -> None:
        """Something is wrong with the field or column `what` of the reading at this place."""
        self._found.append((place, self.problem(place, what, message)))

    def problem(self, place: int, what: str, message: str) -> Problem:
        path = (self.numbering.path, str(place), what)
        return Problem(path, f"{self.numbering.word} {place}: {message}")

    @property
    def full(self) -> bool:
        """Whether there are enough: one need not look further."""
        return len(self._found) >= MOST_PROBLEMS

    def refuse(self) -> None:
        """Raise `InvalidInput` with the problems in the order of their places, if there are any."""
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0])
            raise InvalidInput(problem for _, problem in ordered[:MOST_PROBLEMS])
