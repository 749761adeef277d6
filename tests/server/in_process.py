"""The `bss` command in this process, on an installation of its own: as in a shell, without the seconds of a start."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from server.command_line import main
from tests.installation import PASSWORD, Server, fresh_database


@dataclass(frozen=True)
class Said:
    """What one run of the command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What `--json` printed; a refusal shows itself here."""
        assert (self.code, self.out[:1]) == (0, "{"), self
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """Where commands are typed."""

    capture: pytest.CaptureFixture[str]

    def bss(self, *arguments: str) -> Said:
        """Run the command as a shell would, in a thread, because it brings an event loop of its own."""
        self.capture.readouterr()
        with ThreadPoolExecutor(1) as thread:
            code = thread.submit(_exit_code, arguments).result()
        out, err = self.capture.readouterr()
        return Said(code, out, err)

    def asked(self, *arguments: str) -> Any:
        """The same with `--json`: the document."""
        return self.bss(*arguments, "--json").data


def _exit_code(arguments: tuple[str, ...]) -> int:
    try:
        main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@asynccontextmanager
async def settings_of_a_new_database(server: Server) -> AsyncIterator[dict[str, str]]:
    """Settings that name a migrated database; the queue is never called by what is run here."""
    async with fresh_database(server) as (name, database):
        database.bind()
        passwords = {f"DATABASE_{role}_PASSWORD": PASSWORD for role in ("APP", "SYNC", "BULK")}
        secrets = {"BSS_SECRET_KEY": PASSWORD * 3, **passwords}
        yield {"DATABASE_URL": server.admin(name), "REDIS_URL": "unix:///nowhere", **secrets}
