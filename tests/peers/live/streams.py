"""Run the clients that follow, against a server that runs. Owns: their cases. Does not own: the server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.peers.cases import Case
from tests.peers.serving import Served

HERE = Path(__file__).parent
SUITE = "Live updates"


def install() -> None:
    """The packages of the lock file, from the registry that the machine's npm is set up for."""
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)


def streams(server: Served) -> list[Case]:
    """Every case by both clients."""
    command = ["node", "follow.mjs", server.url, server.token]
    output = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True).stdout
    found = [json.loads(line) for line in output.splitlines()]
    return [Case(each["name"], each["passed"], each.get("reason") or "") for each in found]
