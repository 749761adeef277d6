"""Find and end server processes that a killed keeper or a killed postmaster left behind. Touches no file.

They are known by the marker in their command lines, which anybody may read. (Their working directory would do as
well, but root in a container without CAP_SYS_PTRACE may not see that of another account's process.)
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from server.embedded.failures import EmbeddedServersFailed

PROC = Path("/proc")


def living(program: str, marker: str) -> tuple[int, ...]:
    """Process ids of `program` that carry `marker`. A zombie has no command line, so it does not count."""
    return tuple(pid for pid, command in _commands(program) if marker in command)


def end(program: str, marker: str, steps: Sequence[tuple[signal.Signals, int]]) -> None:
    """Send each step's signal to all that live and wait its seconds, until none is left.

    Raises EmbeddedServersFailed when some survive the last step.
    """
    for step, seconds in steps:
        for pid in living(program, marker):
            send(pid, step)
        if gone_within(program, marker, seconds):
            return
    raise EmbeddedServersFailed(f"{program} processes {living(program, marker)} of an earlier run do not end.")


def send(pid: int, what: signal.Signals) -> None:
    """Signal `pid`, which may have ended in the meantime."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def gone_within(program: str, marker: str, seconds: int) -> bool:
    """Whether none lives any more, waiting up to `seconds` for it."""
    deadline = time.monotonic() + seconds
    while living(program, marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _commands(program: str) -> list[tuple[int, str]]:
    if not PROC.is_dir():
        return _commands_by_ps(program)
    found = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "comm").read_text().rstrip("\n") == program:
                found.append((int(entry.name), (entry / "cmdline").read_bytes().decode(errors="replace")))
        except OSError:  # It ended while we were looking.
            continue
    return found


def _commands_by_ps(program: str) -> list[tuple[int, str]]:
    listing = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(maxsplit=1) for line in listing.splitlines())
    return [(int(row[0]), row[1]) for row in rows if len(row) == 2 and program in row[1]]
