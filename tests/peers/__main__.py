"""Ask others what they think of the API: `make check-peers`. Not part of `make test`, because it needs Node.

Installs the pinned packages under `build/`, starts the real server, runs suites and clients of others, and fails when
a case fails or when fewer ran than `recorded.json` says.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from time import monotonic

from tests.peers.cases import RECORDED, problems
from tests.peers.serving import served
from tests.peers.suites import SUITES
from tests.peers.workplace import install, laid_out

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


def main() -> int:
    """1 when a case fails or is missing, 2 when this machine cannot tell."""
    if (sentence := missing()) is not None:
        print(sentence, file=sys.stderr)
        return 2
    began = monotonic()
    print("installing the packages of others under build/peers …", flush=True)
    place = laid_out()
    install(place)
    print("starting the server …", flush=True)
    with served() as server:
        ran = {}
        for name, suite in SUITES.items():
            print(f"{name}: ", end="", flush=True)
            started = monotonic()
            cases = ran[name] = suite(place, server)
            passed = sum(each.passed for each in cases)
            print(f"{passed} of {len(cases)} cases in {monotonic() - started:.0f} seconds", flush=True)
    found = problems(ran, RECORDED)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    print(f"{'failed' if found else 'all as recorded'}, after {monotonic() - began:.0f} seconds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
