"""Small files of every type that is kept, and files that pretend."""

from __future__ import annotations

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + bytes(16) + b"\xff\xd9"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def archive(*names: str, size: int = 1) -> bytes:
    """A ZIP archive with these members, each of some zeros."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(name, bytes(size))
    return written.getvalue()


def encrypted(content: bytes) -> bytes:
    """The archive with the flag of encryption on every member of its directory."""
    found = bytearray(content)
    place = found.find(b"PK\x01\x02")
    while place >= 0:
        found[place + 8] |= 1
        place = found.find(b"PK\x01\x02", place + 1)
    return bytes(found)


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")

KEPT: dict[str, tuple[str, bytes]] = {
    "offer.pdf": ("application/pdf", PDF),
    "rack.png": ("image/png", PNG),
    "door.JPEG": ("image/jpeg", JPEG),
    "notes.txt": ("text/plain; charset=utf-8", "Grüße\tan X\r\n\f".encode()),
    "prices.csv": ("text/csv", "\ufeffcode;price\n".encode()),
    "offer.docx": (WORD, DOCX),
    "seats.xlsx": (SHEET, XLSX),
}

REFUSED: dict[str, tuple[str, bytes]] = {
    "a type that is not kept": ("text/html", b"<script>alert(1)</script>"),
    "a picture that can run scripts": ("image/svg+xml", b"<svg/>"),
    "no type": ("", PDF),
    "an empty file": ("text/plain", b""),
    "a page that says it is a PDF": ("application/pdf", b"<html></html>"),
    "a PDF that is cut off": ("application/pdf", PDF[:20]),
    "a PDF that says it is a picture": ("image/png", PDF),
    "a picture that says it is another": ("image/jpeg", PNG),
    "a program that says it is text": ("text/plain", b"MZ\x90\x00\x03"),
    "text that is not UTF-8": ("text/csv", "Grüße".encode("latin-1")),
    "text with an escape sequence": ("text/plain", b"\x1b[2J"),
    "an archive that is no document": (WORD, archive("readme.txt")),
    "a sheet that says it is a letter": (WORD, XLSX),
    "a letter with macros": (WORD, archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    "a letter with a program": (WORD, archive("[Content_Types].xml", "word/document.xml", "word/embeddings/a.EXE")),
    "an encrypted letter": (WORD, encrypted(DOCX)),
    "a program with a letter at its end": (WORD, b"MZ" + DOCX),
    "an archive that is cut off": (SHEET, XLSX[:-30]),
    "an archive of 300 MB in 300 kB": (SHEET, archive("[Content_Types].xml", "xl/workbook.xml", size=150_000_000)),
}
