"""Where the peers work: a copy of this folder under `build/`, with the schema and the documents that are told of.

Owns: what is laid there and installed there, each version of which is pinned here. Does not own: what is then run. The
packages of others would otherwise lie among our own files, where our own rules would be held against them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_OURS = ("__pycache__", "node_modules", "*.pyc", "__init__.py", "__main__.py", "test_*.py")


@dataclass(frozen=True)
class Workplace:
    """A folder with the sources of the peers' programs."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that has the packages of the Python program, which are not ours."""
        return self.folder / "venv" / "bin" / "python"

    @property
    def schema(self) -> Path:
        return self.folder / "schema.graphql"


def laid_out(folder: Path = ROOT / "build" / "peers") -> Workplace:
    """The programs, the schema as it is committed, and the documents of `docs/api` beside those of the stories."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns(*_OURS))
    place = Workplace(folder)
    shutil.copy(ROOT / "schema" / "schema.graphql", place.schema)
    for document in sorted((ROOT / "docs" / "api").glob("*.graphql")):
        shutil.copy(document, folder / "documents")
    (folder / "relay" / "__generated__").mkdir()
    return place


def install(place: Workplace) -> None:
    """The pinned packages, from the registries that this machine's npm and pip are set up for."""
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(npm, cwd=place.folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "venv", place.folder / "venv"], check=True)
    pip = [place.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", "requirements.txt"], cwd=place.folder / "python", check=True)
