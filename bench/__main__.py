"""All benchmarks, one after the other, each in a process of its own: `python -m bench`."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("pricing", "usage_ingest", "refused_file", "usage_export", "bill_run", "lists", "http", "price_edit")


def main() -> int:
    """Run all; the exit code is the worst of theirs."""
    worst = 0
    for name in BENCHMARKS:
        print(f"\n## {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
