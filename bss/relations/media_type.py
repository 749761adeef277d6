"""Which files are taken, and whether a file is what it says it is. Pure.

Owns: the types, the marks by which each is known, and what is refused inside them. Does not own: size and name
(`bss.relations.document`). Nothing is unpacked: of an archive only the list of its members is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

_MOST_MEMBERS = 5_000
_MOST_UNPACKED = 200_000_000
_ENCRYPTED = 0x1
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
"""What a text does not have; tabs, ends of lines and of pages it may have."""


class MediaType(StrEnum):
    """The types of file that are taken."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TEXT = "text/plain"
    CSV = "text/csv"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_EXTENSIONS: dict[MediaType, tuple[str, ...]] = {
    MediaType.PDF: ("pdf",),
    MediaType.PNG: ("png",),
    MediaType.JPEG: ("jpg", "jpeg"),
    MediaType.TEXT: ("txt", "log", "md"),
    MediaType.CSV: ("csv",),
    MediaType.DOCX: ("docx",),
    MediaType.XLSX: ("xlsx",),
}
_BEGINNINGS: dict[MediaType, tuple[bytes, bytes]] = {
    MediaType.PDF: (b"%PDF-", b"%%EOF"),
    MediaType.PNG: (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"IEND\xaeB`\x82"),
    MediaType.JPEG: (b"\xff\xd8\xff", b"\xff\xd9"),
}
"""How a file of the type begins, and what stands near its end."""
_NEAR_THE_END = 1_024
_MEMBERS: dict[MediaType, str] = {MediaType.DOCX: "word/document.xml", MediaType.XLSX: "xl/workbook.xml"}
_ACTIVE = ("vbaproject.bin", "vbadata.xml", ".exe", ".dll", ".js", ".vbs", ".ps1")
"""What a document without macros does not have among its members."""


def extensions(media_type: MediaType) -> tuple[str, ...]:
    """How the names of such files end, the usual one first."""
    return _EXTENSIONS[media_type]


def content_problem(media_type: MediaType, content: bytes) -> str | None:
    """Why the content is no file of the type, or None when it is one."""
    if media_type in _BEGINNINGS:
        begins, ends = _BEGINNINGS[media_type]
        whole = content.startswith(begins) and ends in content[-_NEAR_THE_END:]
        return None if whole else f"This is no whole file of the type {media_type}."
    if media_type in _MEMBERS:
        return _archive_problem(_MEMBERS[media_type], content)
    return _text_problem(content)


def _text_problem(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as unreadable:
        return f"This is not UTF-8: byte {unreadable.start} cannot be read."
    if _CONTROLS.search(text):
        return "This text has control characters."
    return None


def _archive_problem(needed: str, content: bytes) -> str | None:
    # A file that begins as an archive: one that only ends as one may begin as anything.
    if not content.startswith(b"PK\x03\x04"):
        return "This is no file of an office application."
    # Counted before it is read: reading a list of a hundred thousand members takes seconds.
    if content.count(b"PK\x01\x02") > _MOST_MEMBERS:
        return "This archive is too large when it is unpacked."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return "This archive cannot be read."
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
        return "This archive is too large when it is unpacked."
    if any(member.flag_bits & _ENCRYPTED for member in members):
        return "This file is encrypted."
    names = [member.filename for member in members]
    if not {"[Content_Types].xml", needed} <= set(names):
        return f"This archive has no {needed}."
    if any(name.lower().endswith(_ACTIVE) for name in names):
        return "This file has macros or programs in it."
    return None
