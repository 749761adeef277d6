"""A process that has made all that it needs, and serves.

Owns: what the collector of garbage is told then. Does not own: starting (`server.command_line.processes`).
"""

from __future__ import annotations

import gc

_NEW, _YOUNG, _OLD = 20_000, 20, 20
"""An answer of a thousand rows is a hundred thousand objects, which die with it: to look for others among them, again
and again, took up to half of its time."""


def settle() -> None:
    """Leave out what was made until now: a schema has a million objects that live as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, _YOUNG, _OLD)
