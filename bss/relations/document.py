"""A document: a file about an account.

Owns: the value, its largest size, and the name under which a file is kept. Does not own: which files are taken
(`bss.relations.media_type`), the bytes' way in and out (`server.http`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from unicodedata import category, normalize
from uuid import UUID

from bss.relations.media_type import MediaType, extensions

MOST_BYTES = 10_000_000
_MOST_STEM, _MOST_EXTENSION = 120, 10
_NOT_IN_NAMES = frozenset('<>:"/\\|?*%;')


@dataclass(frozen=True)
class Document:
    """A file without its bytes; `sha256` is theirs."""

    id: UUID
    path: str
    account_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class DocumentFile:
    """A document with its bytes."""

    document: Document
    content: bytes


def safe_name(given: str, media_type: MediaType) -> str:
    """The name under which a file is kept: no folders, no signs that a file system or a header reads otherwise.

    It ends as files of its type do, so that nobody opens it as something else: `bill.exe` of text is `bill.exe.txt`.
    """
    last = normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    letters = ("_" if letter in _NOT_IN_NAMES else letter for letter in last if category(letter)[0] != "C")
    name = " ".join("".join(letters).split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot or extension.lower() not in extensions(media_type):
        stem, extension = name, extensions(media_type)[0]
    return f"{stem.strip('. ')[:_MOST_STEM] or 'document'}.{extension[:_MOST_EXTENSION]}"
