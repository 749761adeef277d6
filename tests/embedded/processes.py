"""Processes as these tests see them: start a user of the servers, kill, wait for an end, read who runs as whom."""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class User:
    """A running `tests.embedded.user`."""

    process: subprocess.Popen[str]

    def heard(self) -> Any:
        """Its next line, or None when it has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def names(self) -> list[str]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        heard: list[str] = self.heard()
        return heard

    def kill(self) -> None:
        """Kill it as a power cut would, and see that this was its end."""
        self.process.kill()
        assert self.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL


@contextmanager
def user(home: Path, task: str, name: str, **options: Any) -> Iterator[User]:
    """A user in a process of its own, gone at the end of the block."""
    interpreter = options.pop("interpreter", sys.executable)
    process = subprocess.Popen(
        [interpreter, "-m", "tests.embedded.user", str(home), task, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        **options,
    )
    with process:
        try:
            yield User(process)
        finally:
            process.kill()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for `condition`; fail, naming `what`, when it does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s in vain for: {what}"
        time.sleep(0.02)


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Become the parent of orphaned descendants, in order to see their exit codes.

    We do not reap until asked, as PID 1 of many a container: a killed server stays as a zombie.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)


def exit_code(pid: int) -> int:
    """Reap an adopted process and say how it ended; -9 is SIGKILL."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def state(pid: int) -> str | None:
    """The kernel's letter for the process (Z: zombie), or None when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def ended(pid: int) -> bool:
    return state(pid) in {None, "Z"}


def uid(pid: int) -> int:
    found = re.search(r"^Uid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
