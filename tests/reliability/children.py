"""The processes of a test: workers and callers, started, told to begin, killed by a fail point, stopped, and ended.

Owns: their lives; whatever a test leaves is ended by its process group when the block ends. Does not own: what they do.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.reliability.fail_points import ROOT
from tests.reliability.month import Mutation
from tests.reliability.place import PATIENCE_SECONDS, WAITING, Patience, Place

WORKER = ("-m", "tests.reliability.worker")
CALLER = ("-m", "tests.reliability.caller")
BSS = ("-c", "from server.command_line import main; main()")


@dataclass
class Child:
    """A process of its own group. Its standard error is kept in a file."""

    place: Place
    process: asyncio.subprocess.Process
    said: Path

    async def loaded(self) -> None:
        """Wait until a worker has loaded."""
        assert self.process.stdout is not None
        await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_SECONDS)

    def begin(self) -> None:
        """Tell a worker that waits to begin."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")

    async def exit_code(self) -> int:
        """Wait for its end; -9 is SIGKILL."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)

    async def settle(self) -> None:
        """Wait until it has done all work there is."""
        patience = Patience("an installation at rest")
        async with self.place.asked() as ask:
            while found := await ask(WAITING):
                assert self.process.returncode is None, f"ended with {self.process.returncode}: {self.last_words()}"
                await patience.pause(f"{found}; {self.last_words()}")

    async def die(self) -> None:
        """Wait until a fail point has killed it; it must not come to the end of its work."""
        patience = Patience("a worker that is killed")
        async with self.place.asked() as ask:
            while self.process.returncode is None:
                assert await ask(WAITING), "all work is done, and the fail point was not passed"
                await patience.pause(self.last_words())
        assert self.process.returncode == -signal.SIGKILL, self.last_words()

    async def stop(self) -> None:
        """End it in order."""
        self.process.send_signal(signal.SIGTERM)
        assert await self.exit_code() == 0, self.last_words()

    def end(self) -> None:
        """Kill it with whatever it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self) -> str:
        return self.said.read_text(encoding="utf-8")[-2000:]


@dataclass
class Children:
    """The processes of one test."""

    folder: Path
    living: list[Child] = field(default_factory=list)

    async def start(self, place: Place, *arguments: str, **environment: str) -> Child:
        """Start an interpreter in the installation."""
        said = self.folder / f"{len(self.living)}.log"
        with said.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *arguments),
                cwd=ROOT,
                env={**os.environ, **place.environment, **environment},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        child = Child(place, process, said)
        self.living.append(child)
        return child

    async def worker(self, place: Place, *faults: str, **environment: str) -> Child:
        """A worker that loads, and waits to be told to begin."""
        return await self.start(place, *WORKER, *faults, **environment)

    async def working(self, place: Place, *faults: str, **environment: str) -> Child:
        """A worker that works."""
        child = await self.worker(place, *faults, **environment)
        child.begin()
        return child

    async def settle(self, place: Place, **environment: str) -> None:
        """Let a worker do all that is due, and stop it."""
        worker = await self.working(place, **environment)
        await worker.settle()
        await worker.stop()

    async def survive(self, place: Place, point: str, *faults: str) -> None:
        """Let a worker be killed at a fail point, and another one do the rest."""
        relief = await self.worker(place, *faults)
        first = await self.working(place, *faults, BSS_FAILPOINT=point)
        await first.die()
        await place.five_minutes_pass()
        relief.begin()
        await relief.settle()
        relief.end()

    async def call(self, place: Place, mutation: Mutation, *faults: str, **environment: str) -> int:
        """The exit code of a process that makes one call."""
        child = await self.start(place, *CALLER, *faults, **environment)
        await asyncio.wait_for(child.process.communicate(json.dumps(asdict(mutation)).encode()), PATIENCE_SECONDS)
        return await child.exit_code()


@asynccontextmanager
async def children_of(folder: Path) -> AsyncIterator[Children]:
    """Processes that are gone at the end of the block."""
    children = Children(folder)
    try:
        yield children
    finally:
        for child in children.living:
            child.end()
            await child.process.wait()
