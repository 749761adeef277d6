"""IANA time zones, with the country in which each lies.

Owns: which zones a front end offers. Does not own: what a zone does to an instant (`bss.period`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global

from bss.reference.countries import countries

# Names that installations of the zone database add and that are no place's time.
_NOT_A_ZONE = frozenset({"Factory", "localtime"})


@dataclass(frozen=True)
class Zone:
    """A time zone by its IANA name; `country` is None for UTC and the like."""

    name: str
    country: str | None


@cache
def zones() -> tuple[Zone, ...]:
    """Every zone, by name."""
    aliases, places = get_global("zone_aliases"), get_global("zone_territories")
    names = sorted(available_timezones() - _NOT_A_ZONE)
    located = ((name, places.get(aliases.get(name, name))) for name in names)
    # CLDR has places for the world as a whole and for the unknown, which are no countries.
    return tuple(Zone(name, place if place in countries() else None) for name, place in located)
