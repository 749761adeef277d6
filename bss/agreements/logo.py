"""A logo: from what somebody uploads to the one picture that is stored and printed.

Owns: which pictures are taken, by their content and not by their name, and their form on file: a PNG on white, no
larger than print needs, without anything that the upload had beside the picture. Does not own: where it is kept.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from PIL import Image

from bss.refusal import InvalidInput

MOST_BYTES = 512 * 1024
MOST_PIXELS_A_SIDE = 2_000
PRINTED_PIXELS = 1_200, 300
"""Width and height at most: at its 13 mm of height, 300 pixels are more than a printer can tell apart."""

MEDIA_TYPE = "image/png"


@dataclass(frozen=True)
class Logo:
    """A stored logo, with the checksum of its content."""

    issuer_id: UUID
    media_type: str
    content: bytes
    sha256: str

    @property
    def base64(self) -> str:
        """The content as a document holds it."""
        return b64encode(self.content).decode()


def printable_logo(issuer_id: UUID, upload: str) -> Logo:
    """The logo behind an upload: a PNG or JPEG in base64. Takes a while; call it in a thread.

    Raises `InvalidInput` at `logo` for anything else, and for what is too large.
    """
    content = png_of(upload)
    return Logo(issuer_id, MEDIA_TYPE, content, hashlib.sha256(content).hexdigest())


def png_of(upload: str) -> bytes:
    """The picture behind an upload, written anew. Raises `InvalidInput` at `logo`; call it in a thread."""
    return _png(_picture(_decoded(upload)))


def _decoded(upload: str) -> bytes:
    if len(upload) > MOST_BYTES // 3 * 4 + 4:
        raise InvalidInput.at("logo", f"A logo has at most {MOST_BYTES // 1024} KiB.")
    try:
        return b64decode(upload, validate=True)
    except (Error, ValueError) as unreadable:
        raise InvalidInput.at("logo", "A logo is a PNG or a JPEG in base64.") from unreadable


def _picture(content: bytes) -> Image.Image:
    try:
        picture = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        # The size stands in the head, and is known before anything is unpacked.
        if max(picture.size) <= MOST_PIXELS_A_SIDE:
            picture.load()
    except Exception as unreadable:  # the library's decoders fail in many ways at what is no picture
        raise InvalidInput.at("logo", "A logo is a PNG or a JPEG; this is neither, or it is damaged.") from unreadable
    if max(picture.size) > MOST_PIXELS_A_SIDE:
        raise InvalidInput.at("logo", f"A logo has at most {MOST_PIXELS_A_SIDE} pixels a side.")
    return picture


def _png(picture: Image.Image) -> bytes:
    coloured = picture.convert("RGBA")
    coloured.thumbnail(PRINTED_PIXELS)
    paper = Image.new("RGB", coloured.size, "white")
    paper.paste(coloured, mask=coloured)
    content = BytesIO()
    paper.save(content, "PNG", optimize=True)
    return content.getvalue()
