"""Named fail points: places at which a test kills the process, to show that nothing is lost or doubled there.

Owns: the switch, read once from the environment. A fail point does nothing unless `BSS_FAILPOINT` names it
(`name` or `name:n`, the n-th hit); `BSS_FAILPOINT_LOG` names a file that records every hit, for reach counters.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

_ARMED, _, _NTH = os.environ.get("BSS_FAILPOINT", "").partition(":")
_LOG = os.environ.get("BSS_FAILPOINT_LOG")
_HITS: Counter[str] = Counter()


def fp(name: str) -> None:
    """Mark a step of the path. Kills this process with SIGKILL when the environment asks for it here."""
    if not _ARMED and not _LOG:
        return
    _HITS[name] += 1
    if _LOG:
        with open(_LOG, "a", encoding="utf-8") as log:
            log.write(f"{name}\n")
    if name == _ARMED and _HITS[name] == int(_NTH or 1):
        os.kill(os.getpid(), signal.SIGKILL)
