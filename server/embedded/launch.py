"""Start one program as a child that dies with us. Knows nothing about PostgreSQL or Valkey."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from server.embedded import become_server
from server.embedded.account import Account

# Nothing else is inherited: PGDATA, PGPORT and the like must not reach a server whose place we chose.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def launch(
    command: Sequence[str | Path],
    *,
    account: Account | None,
    on_our_death: signal.Signals,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` as `account`; its output is appended to `log`.

    Call it from the main thread: Linux sends `on_our_death` when the *thread* that started the child ends.
    On other systems nothing is sent, and the next keeper ends what was left over.
    """
    uid, gid = (account.uid, account.gid) if account is not None else (-1, -1)
    script = [sys.executable, "-I", "-S", become_server.__file__]
    facts = [str(number) for number in (uid, gid, os.getpid(), int(on_our_death))]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*script, *facts, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={**ENVIRONMENT, **(environment or {})},
            start_new_session=True,
        )
