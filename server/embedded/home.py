"""Where everything of one pair of servers lies on disk. Chooses and makes directories; starts nothing."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.embedded.account import Account, hand_over, server_account
from server.embedded.failures import EmbeddedServersFailed

POSTGRES_PORT = 5432
"""Only a part of the socket's name: no server here listens on TCP."""

SOCKET_PATH_LIMIT_BYTES = 103
"""The shortest `sun_path` of the systems that we run on (macOS; Linux has 107)."""


@dataclass(frozen=True)
class Home:
    """The directory of one pair of servers, and the account that they run as (None: the caller's own)."""

    root: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.root / "pgdata"

    @property
    def valkey_data(self) -> Path:
        return self.root / "valkey"

    @property
    def binaries(self) -> Path:
        return self.root / "binaries"

    @property
    def secret(self) -> Path:
        return self.root / "secret"

    @property
    def status(self) -> Path:
        return self.root / "status"

    @property
    def lock(self) -> Path:
        """Held for the moment in which a keeper is started, and while the last keeper goes."""
        return self.root / "lock"

    @property
    def users(self) -> Path:
        """Held shared by everybody who uses the servers."""
        return self.root / "users"

    @property
    def keeper(self) -> Path:
        """Held by the keeper for its whole life."""
        return self.root / "keeper"

    @property
    def keeper_log(self) -> Path:
        return self.root / "keeper.log"

    @property
    def postgres_log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def valkey_log(self) -> Path:
        return self.root / "valkey.log"


def open_home(wanted: Path, say: Callable[[str], None]) -> Home:
    """The home for `wanted`, made when it is not there.

    As root, a place that the servers' account cannot reach is replaced by one under /var/lib (and `say` tells so).
    Raises EmbeddedServersFailed when the place holds data but cannot be used.
    """
    root = _reachable(wanted.expanduser().resolve(), say)
    account = server_account(root / "pgdata")
    if not root.exists():
        root.mkdir(parents=True)
        # The account only has to pass through; names of files in here are nobody's business.
        root.chmod(0o700 if account is None else 0o711)
    elif not os.access(root, os.W_OK | os.X_OK):
        raise EmbeddedServersFailed(f"{root} belongs to another user: choose another data directory.")
    return Home(root, account)


def _reachable(root: Path, say: Callable[[str], None]) -> Path:
    account = server_account(root / "pgdata")
    if account is None:
        return root
    reached = account.reaches(next(place for place in (root, *root.parents) if place.exists()))
    if (root / "pgdata").exists():
        if reached:
            return root
        # Starting empty elsewhere would look as if every row had been lost.
        raise EmbeddedServersFailed(
            f"{root} holds data, but the unprivileged account of the servers (uid {account.uid}) can no longer "
            f"reach it: give the directories above it search permission (chmod o+x), or move it."
        )
    elsewhere = Path("/var/lib") / f"bss-embedded-{_digest(str(root))}"
    if reached and not elsewhere.exists():
        return root
    say(f"{root} cannot be reached by the unprivileged account of the servers, so the data are in {elsewhere}")
    return elsewhere


def make_secret(home: Home) -> str:
    """The database password of `home`, made at first need.

    Raises EmbeddedServersFailed when there are data but their password is gone.
    """
    if home.secret.exists():
        return home.secret.read_text()
    if home.data.exists():
        raise EmbeddedServersFailed(f"{home.secret} is gone, and nobody can sign in to {home.data} without it.")
    secret = secrets.token_urlsafe(24)
    replace_file(home.secret, secret)
    return secret


def marker(home: Home) -> str:
    """A name that the processes of this home, and no others, carry in their command lines.

    The secret is in it because the same path may exist in another container; the path, because a home may be copied.
    """
    return f"bss-{_digest(f'{home.root} {make_secret(home)}')}"


def make_socket_directory(home: Home) -> Path:
    """A private directory whose sockets have paths short enough for the kernel, owned by the servers' account."""
    for directory in (home.root / "run", Path(tempfile.gettempdir()) / marker(home)):
        socket = directory / f".s.PGSQL.{POSTGRES_PORT}"
        reached = home.account is None or home.account.reaches(directory.parent)
        if reached and len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT_BYTES:
            make_private(directory, home.account)
            return directory
    raise EmbeddedServersFailed(f"{home.root} and the temporary directory have paths too long for a socket.")


def make_private(directory: Path, account: Account | None) -> None:
    """Make `directory` for `account` alone. Refuses one that somebody else put there first."""
    directory.mkdir(mode=0o700, exist_ok=True)
    owners = {os.geteuid()} | ({account.uid} if account is not None else set())
    if directory.is_symlink() or directory.stat().st_uid not in owners:
        raise EmbeddedServersFailed(f"{directory} belongs to another user.")
    directory.chmod(0o700)
    hand_over(directory, account)


def replace_file(path: Path, text: str) -> None:
    """Put `text` into `path` for the caller's eyes only; a reader sees the old text or the new, never a part."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    Path(unfinished).replace(path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
