"""Currencies that are tender somewhere today, with the digits that documents write them with.

Owns: which currencies a front end offers. Does not own: minor units (`bss.money`), which also knows past currencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel.core import Locale, get_global

from bss.money import minor_digits


@dataclass(frozen=True)
class Currency:
    """A currency by ISO 4217: three letters, its name in English, and the digits of its minor unit."""

    code: str
    name: str
    digits: int


@cache
def currencies() -> dict[str, Currency]:
    """Every currency that is tender today, by its three letters, in their order."""
    periods = (period for some in get_global("territory_currencies").values() for period in some)
    tender = {code for code, _, ended, is_tender in periods if is_tender and ended is None}
    names = Locale("en").currencies
    return {code: Currency(code, names[code], minor_digits(code)) for code in sorted(tender)}
