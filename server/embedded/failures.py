"""The ways in which the embedded servers can refuse to run. Owns the messages; decides nothing."""

from dataclasses import dataclass
from pathlib import Path


class EmbeddedServersFailed(Exception):
    """The embedded servers cannot run; the message says why, with the last lines of the log where there are any."""


@dataclass(eq=False)
class IncompatibleDataDirectory(EmbeddedServersFailed):
    """The data directory was written by another major version of PostgreSQL. Nothing in it was touched."""

    directory: Path
    found: str
    """Major version that wrote the directory, for example "16"."""
    installed: str
    """Major version of the installed binaries, for example "18"."""

    def __str__(self) -> str:
        return (
            f"{self.directory} was written by PostgreSQL {self.found} and the installed binaries are PostgreSQL "
            f"{self.installed}: dump it with pg_dumpall of version {self.found}, move the directory away, "
            f"and restore the dump with version {self.installed}."
        )


def log_tail(log: Path, lines: int = 12) -> str:
    """The last `lines` lines of `log`, or a placeholder when there is no log yet."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log was written)"
