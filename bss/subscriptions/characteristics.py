"""What the characteristics of a subscription may be: free data, in bounds.

Owns: the bounds, which every organisation of a channel shares. Does not own: what the data mean: nobody here reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bss.canonical import canonical
from bss.refusal import Problem

MOST_DEPTH = 8
"""Levels of objects and lists, the characteristics themselves included."""
MOST_BYTES = 16 * 1024
"""Of the canonical form."""


def characteristics_problems(characteristics: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What keeps the data from being stored, compared and sent on."""
    message = _fault(characteristics)
    return () if message is None else (Problem(("characteristics",), message),)


def _fault(characteristics: Mapping[str, Any]) -> str | None:
    if not _storable(characteristics, MOST_DEPTH):
        return f"Characteristics have at most {MOST_DEPTH} levels, and no text with a NUL."
    try:
        size = len(canonical(characteristics))
    except (TypeError, ValueError):
        return "Characteristics hold texts, whole numbers of 64 bits, true, false and null; decimals are texts."
    return f"Characteristics have at most {MOST_BYTES} bytes, not {size}." if size > MOST_BYTES else None


def _storable(value: Any, levels: int) -> bool:
    """Never goes deeper than the levels that are left, whatever it is given."""
    match value:
        case str():
            return "\x00" not in value
        case Mapping():
            return levels > 0 and all(_storable(key, 1) and _storable(item, levels - 1) for key, item in value.items())
        case list() | tuple():
            return levels > 0 and all(_storable(item, levels - 1) for item in value)
    return True
