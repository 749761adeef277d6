"""Work in a process of its own: its seconds, and its greatest resident size as Linux tells it."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, TypeVar

from bss.transaction.database import Addresses, Database
from server.schema_of_database import register_models

Answer = TypeVar("Answer")
Work = Callable[..., Coroutine[Any, Any, Answer]]
"""A function of a module, because the new process imports it; the database is bound when it is called."""


@dataclass(frozen=True)
class Measured(Generic[Answer]):
    """What the work answered and took. The seconds are without the start of the process, the megabytes with all."""

    answer: Answer
    seconds: float
    megabytes: int


async def measured(work: Work[Answer], addresses: Addresses, *given: object) -> Measured[Answer]:
    """Do the work in a new process, and wait for it."""
    return await asyncio.to_thread(_in_a_process, work, addresses, given)


def _in_a_process(work: Work[Answer], addresses: Addresses, given: tuple[object, ...]) -> Measured[Answer]:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.SimpleQueue[Measured[Answer]] = context.SimpleQueue()
    child = context.Process(target=_work, args=(answers, work, addresses, given))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(f"{work.__name__} ended with {child.exitcode}")
    return answers.get()


def _work(
    answers: multiprocessing.SimpleQueue[Measured[Answer]],
    work: Work[Answer],
    addresses: Addresses,
    given: tuple[object, ...],
) -> None:
    async def run() -> tuple[Answer, float]:
        await register_models()
        database = await Database.connect(addresses, most=2)
        started = perf_counter()
        with database.bound():
            answer = await work(*given)
        seconds = perf_counter() - started
        await database.close()
        return answer, seconds

    answer, seconds = asyncio.run(run())
    # The high-water mark of this process alone: getrusage would count the parent's size before exec as well.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    answers.put(Measured(answer, seconds, int(status["VmHWM"].split()[0]) // 1024))
