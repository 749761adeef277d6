"""Ask others what they think of the API: `make check-peers`. Not part of `make test`, because it needs Node.

Starts the real server, installs the pinned packages by npm, runs their suites, and fails when a case fails or when
fewer ran than `recorded.json` says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.peers.cases import RECORDED, Case, problems
from tests.peers.serving import Served, served

HERE = Path(__file__).parent
_OLDEST_NODE = 20


def missing() -> str | None:
    """A sentence for a machine that cannot run this."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"`make check-peers` needs Node {_OLDEST_NODE} or later and npm; there is no `{program}` here."
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < _OLDEST_NODE:
        return f"`make check-peers` needs Node {_OLDEST_NODE} or later; here is {version}."
    return None


def install() -> None:
    """The packages of the lock file, from the registry that the machine's npm is set up for."""
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)


def audits(server: Served) -> list[Case]:
    """The audits of npm's graphql-http."""
    command = ["node", "audits.mjs", server.url, server.token]
    output = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True).stdout
    found = [json.loads(line) for line in output.splitlines()]
    return [Case(each["name"], each["passed"], each.get("reason") or "") for each in found]


def main() -> int:
    """1 when a case fails or is missing, 2 when this machine cannot tell."""
    if (sentence := missing()) is not None:
        print(sentence, file=sys.stderr)
        return 2
    install()
    with served() as server:
        ran = {"GraphQL over HTTP": audits(server)}
    for suite, cases in ran.items():
        print(f"{suite}: {sum(each.passed for each in cases)} of {len(cases)} cases")
    found = problems(ran, RECORDED)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
