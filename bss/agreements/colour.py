"""A brand's colour: whether text in it can be read on white paper. Pure.

Owns: the contrast of WCAG 2, exactly enough and without binary fractions. Does not own: what is printed in the colour
(`bss.invoicing.pdf`).
"""

from __future__ import annotations

import re
from decimal import Decimal

LEAST_CONTRAST = Decimal("4.5")
"""Between text and white paper (WCAG 2, level AA)."""

_WEIGHTS = Decimal("0.2126"), Decimal("0.7152"), Decimal("0.0722")
_FLARE = Decimal("0.05")


def colour_problem(colour: str) -> str | None:
    """What keeps text from being printed in the colour; None when nothing does."""
    # The colour is printed into a style sheet, where nothing but a colour may stand.
    if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) is None:
        return "A colour is of the form #rrggbb."
    found = contrast(colour)
    if found < LEAST_CONTRAST:
        return f"Text in {colour} on white has a contrast of {found:.1f}; {LEAST_CONTRAST} is the least."
    return None


def contrast(colour: str) -> Decimal:
    """The contrast of a colour `#rrggbb` to white: 1 for white itself, 21 for black."""
    channels = (Decimal(int(colour[place : place + 2], 16)) / 255 for place in (1, 3, 5))
    luminance = sum((weight * _linear(channel) for weight, channel in zip(_WEIGHTS, channels, strict=True)), Decimal(0))
    return (1 + _FLARE) / (luminance + _FLARE)


def _linear(channel: Decimal) -> Decimal:
    if channel <= Decimal("0.04045"):
        return channel / Decimal("12.92")
    return ((channel + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
