"""Open the installation for a command, run it, close everything.

Owns: the bridge from a synchronous command to asynchronous work, and the choice of organisation by slug.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from bss.clock import SystemClock
from bss.organisations.directory import Entry, named, organisations
from bss.viewer import Viewer
from server.installation import Installation, opened
from server.settings import load

ACTOR = "command line"
Result = TypeVar("Result")


def told(message: str) -> None:
    """Progress for a person: on standard error, so that output can be piped."""
    click.echo(message, err=True)


def with_installation(body: Callable[[Installation], Awaitable[Result]]) -> Result:
    """Run `body` with the installation open."""

    async def run() -> Result:
        async with opened(load(), say=told) as installation:
            return await body(installation)

    return asyncio.run(run())


def asked(slug: str, question: Callable[[Viewer], Awaitable[Result]]) -> Result:
    """Ask, or command, as the organisation's own viewer, named in the audit as the command line."""

    async def body(_: Installation) -> Result:
        return await question((await organisation_named(slug)).system(ACTOR))

    return with_installation(body)


async def organisation_named(slug: str) -> Entry:
    """The organisation with this slug; a sentence that lists the slugs when there is none."""
    found = await named(slug)
    if found is None:
        known = ", ".join(entry.slug for entry in await organisations()) or "none yet"
        raise click.ClickException(f"There is no organisation {slug!r} here; there is: {known}.")
    return found


def clock() -> SystemClock:
    """Commands that a person types happen now."""
    return SystemClock()
