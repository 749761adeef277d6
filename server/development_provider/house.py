"""Who there is at a house of the development provider.

Owns: the value, and that the provider is never started where it would let strangers in. Does not own: what they may
do, which the rules of the installation say (`bss.providers`).
"""

from __future__ import annotations

from dataclasses import dataclass

from server.settings import BadSetting, Settings

CLIENT = "bss"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Person:
    """Somebody who can be chosen."""

    subject: str
    name: str
    email: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class House:
    """An issuer: its name in addresses, what stands on its page, its people, and where it sends them back to."""

    code: str
    name: str
    people: tuple[Person, ...]
    origin: str

    def person(self, subject: str) -> Person | None:
        return next((each for each in self.people if each.subject == subject), None)


def refuse_production(settings: Settings, listening: str) -> None:
    """Raise `BadSetting` unless all is on this machine: whoever reaches the provider is whoever they like."""
    reached_by = (settings.public_url or "").partition("://")[2].partition("/")[0].rpartition(":")[0]
    for setting, is_here in (
        ("DATABASE_URL", settings.database_url is None),
        ("REDIS_URL", settings.redis_url is None),
        ("BSS_PUBLIC_URL", reached_by in _LOOPBACK or not settings.public_url),
        ("the address that is listened on", listening in _LOOPBACK),
    ):
        if not is_here:
            raise BadSetting(f"The development provider believes everybody; {setting} is not of this machine alone")
