"""File locks that the kernel drops when their holder dies, however it dies. Owns no meaning of any lock file.

Descriptors are not inherited by programs that we start, unless they are passed on purpose.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone, after waiting for everybody who holds it now."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold `path` together with others, after waiting for an exclusive holder."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


def exclusive_now(path: Path) -> int | None:
    """A descriptor that holds `path` alone until it is closed, or None when somebody else holds it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # Closing drops the lock, but only once a forked child that shares the descriptor has gone as well:
    # such a child uses the servers too.
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
