"""Reading the fields of a message's data: each has its type, and each is bounded.

Owns: what a field of the other organisation's may hold at most. Does not own: which fields a document has
(`sync.desired`, `sync.observed`), or the bounds that its own people obey too (`bss`).

What is out of bounds raises `ValueError`; a document that cannot be read turns each of `UNREADABLE` into `BadShape`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from bss.canonical import instant
from bss.catalogue.quantity import quantity_problems
from bss.metering.reading import EARLIEST, LATEST
from bss.refusal import Problem
from bss.text import text_problems

MOST_WHOLE = 2**62 - 1
"""Twice this and one still fits a column: an answer's version is made from the version that it answers."""
MOST_DIGITS = 29
"""Of a measured quantity before the point; nine follow it."""
MOST_CODE, MOST_DESCRIPTION, MOST_REASON = 200, 2000, 2000
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading fields of any shape can raise."""

_MEASURED_DECIMALS = 9
_MOST_FAULT = 300

Value = TypeVar("Value")


def unreadable(what: str, fault: Exception) -> str:
    """What people read about a document that cannot be read; the fault may quote all that was sent."""
    return f"{what} cannot be read: {fault!r}"[:_MOST_FAULT]


def optional(read: Callable[[Any], Value], found: Any) -> Value | None:
    """The field, or None where it is null."""
    return None if found is None else read(found)


def refuse(problems: tuple[Problem, ...]) -> None:
    """Raise `ValueError` for what breaks a rule that the organisation's own people obey too."""
    if problems:
        raise ValueError("; ".join(f"{'.'.join(problem.path)}: {problem.message}" for problem in problems))


def whole(found: Any, least: int = 0, most: int = MOST_WHOLE) -> int:
    """A whole number in bounds; a truth value is none."""
    if type(found) is not int or not least <= found <= most:
        raise ValueError(f"not a whole number from {least} to {most}: {found!r}")
    return found


def truth(found: Any) -> bool:
    """True or false, and nothing that merely looks like it."""
    if type(found) is not bool:
        raise ValueError(f"neither true nor false: {found!r}")
    return found


def string(found: Any, most: int = MOST_DESCRIPTION) -> str:
    """A text that a column holds, of at most `most` characters."""
    if not isinstance(found, str) or len(found) > most or "\x00" in found:
        raise ValueError(f"not a text of at most {most} characters that can be stored")
    return found


def written(name: str, found: Any, most: int, lines: int = 1) -> str:
    """A text that people write, by the rule of `bss.text`."""
    text = string(found, (most + 1) * lines)
    refuse(text_problems(name, text, most, lines))
    return text


def shown(found: Any) -> str:
    """A reason as people see it: cut and made printable rather than refused, for without it nobody knows anything."""
    if not isinstance(found, str):
        raise TypeError(f"a reason is a text, not a {type(found).__name__}")
    return "".join(letter if letter.isprintable() else " " for letter in found[:MOST_REASON])


def moment(found: Any) -> datetime:
    """An instant within the years that usage may have."""
    at = instant(found)
    if not EARLIEST <= at < LATEST:
        raise ValueError(f"not an instant from {EARLIEST:%Y} to {LATEST:%Y}: {found}")
    return at


def ordered(found: Any) -> Decimal:
    """A quantity that can be ordered."""
    quantity = _decimal(found)
    refuse(quantity_problems(quantity))
    return quantity


def measured(found: Any) -> Decimal:
    """A quantity that can have been measured: finite, not below zero, and without loss in its column."""
    quantity = _decimal(found)
    if not quantity.is_finite() or quantity < 0 or (quantity and quantity.adjusted() >= MOST_DIGITS):
        raise ValueError(f"not a quantity that can be measured: {found!r}")
    if int(quantity.as_tuple().exponent) < -_MEASURED_DECIMALS:
        raise ValueError(f"more than {_MEASURED_DECIMALS} decimals: {found!r}")
    return quantity


def _decimal(found: Any) -> Decimal:
    if not isinstance(found, str):
        raise ValueError(f"a decimal is sent as a text: {found!r}")
    return Decimal(found)
