"""What the keeper tells those who wait for the servers. Owns the form of the status file; trust it only while a
keeper lives (the lock `Home.keeper` tells), because a killed keeper leaves its last word behind."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from server.embedded.home import replace_file


class Phase(StrEnum):
    """How far the keeper is."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Status:
    """One word of the keeper: its process id, how far it is, and a sentence for people."""

    keeper: int
    phase: Phase
    message: str
    sockets: str | None
    """The directory of both sockets, once the servers are ready."""


def publish(path: Path, status: Status) -> None:
    """Replace the status in one step."""
    replace_file(path, json.dumps(asdict(status)))


def read(path: Path) -> Status | None:
    """The last published status, or None when the keeper has not spoken yet."""
    try:
        said = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return Status(said["keeper"], Phase(said["phase"]), said["message"], said["sockets"])
