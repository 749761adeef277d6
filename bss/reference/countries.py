"""Countries by ISO 3166-1, with the names that CLDR gives them in English.

Owns: which two letters name a country. Does not own: their VAT numbers (`bss.reference.vat_number`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel.core import Locale

# What CLDR adds to ISO 3166-1: parts of countries, unions of them, and codes for tests and for the unknown.
_NOT_ISO_3166 = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})


@dataclass(frozen=True)
class Country:
    """A country: two letters, and its name in English."""

    code: str
    name: str


@cache
def countries() -> dict[str, Country]:
    """Every country by its two letters, in their order."""
    named = ((str(code), str(name)) for code, name in Locale("en").territories.items())
    found = (Country(code, name) for code, name in named if len(code) == 2 and code not in _NOT_ISO_3166)
    return {country.code: country for country in sorted(found, key=lambda country: country.code)}
