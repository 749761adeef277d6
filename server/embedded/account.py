"""Under which account the servers run, and what that account can reach.

PostgreSQL refuses to run as root, so root hands the servers to an unprivileged account that exists already.
Creates no account and changes no permission of a directory that it did not make.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from server.embedded.failures import EmbeddedServersFailed

PREFERRED_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An unprivileged account; it has no supplementary groups when a server runs as it."""

    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Whether this account may search every directory above `path`, and `path` itself (or run it, if a file)."""
        return all(self._may_search(entry.stat()) for entry in (path, *path.parents))

    def _may_search(self, entry: os.stat_result) -> bool:
        if entry.st_uid == self.uid:
            return bool(entry.st_mode & stat.S_IXUSR)
        if entry.st_gid == self.gid:
            return bool(entry.st_mode & stat.S_IXGRP)
        return bool(entry.st_mode & stat.S_IXOTH)


def server_account(data: Path) -> Account | None:
    """The account that the servers of data directory `data` run as; None means the caller's own.

    An existing data directory keeps its owner, so that installing a `postgres` account later does not lock
    us out of data that belong to `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in PREFERRED_ACCOUNTS:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid)
    raise EmbeddedServersFailed(
        f"PostgreSQL does not run as root, and neither of the accounts {', '.join(PREFERRED_ACCOUNTS)} exists."
    )


def hand_over(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; with no account the caller stays the owner."""
    if account is not None:
        os.chown(path, account.uid, account.gid)
