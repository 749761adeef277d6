"""The typeface of the printed documents, and which characters it can draw.

Owns: the choice of faces and the search for characters that they lack. Does not own: the style sheet that
declares the faces. Italics are not used: the italic face has neither Greek nor Cyrillic.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path

import font_source_sans_pro
from reportlab.pdfbase.ttfonts import TTFontFile

from bss.invoicing.document import InvoiceDocument
from bss.invoicing.renderer import Unprintable

FOLDER = Path(font_source_sans_pro.font_directory)
REGULAR = FOLDER / "SourceSansPro-Regular.ttf"
SEMIBOLD = FOLDER / "SourceSansPro-Semibold.ttf"

# Fields of the document that no reader sees as text.
NOT_DRAWN = frozenset({"logo_png", "colour", "line_id", "policy"})
LINE_BREAKS = frozenset("\t\n\r")


def composed(text: str) -> str:
    """The text with letter and accent as one character: the engine sets a separate accent beside its letter."""
    return unicodedata.normalize("NFC", text)


def unprintable(document: InvoiceDocument) -> tuple[Unprintable, ...]:
    """Every place of the document with characters that some face in use cannot draw; empty when all is well."""
    return tuple(
        Unprintable(field, missing)
        for field, text in _texts("", document)
        if (missing := "".join(dict.fromkeys(filter(_is_missing, composed(text)))))
    )


@cache
def _drawable() -> frozenset[int]:
    faces = (TTFontFile(str(face), validate=0) for face in (REGULAR, SEMIBOLD))
    return frozenset.intersection(*(frozenset(face.charToGlyph) for face in faces))


def _is_missing(character: str) -> bool:
    if character in LINE_BREAKS:
        return False
    # An accent that is still alone has a glyph, but it would stand in the wrong place.
    return ord(character) not in _drawable() or unicodedata.combining(character) != 0


def _texts(field: str, value: object) -> Iterator[tuple[str, str]]:
    """All drawn texts below a value with the path to each, as `lines[3].description`."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, tuple):
        for index, element in enumerate(value):
            yield from _texts(f"{field}[{index}]", element)
    elif is_dataclass(value):
        fields: Mapping[str, object] = vars(value)
        for name, element in fields.items():
            if name not in NOT_DRAWN:
                yield from _texts(f"{field}.{name}" if field else name, element)
