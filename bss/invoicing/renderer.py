"""The port through which an issued invoice becomes a PDF, and the two ways in which that fails.

Owns: the contract. Does not own: the invoice (`bss.invoicing.document`), a rendering engine
(`bss.invoicing.pdf`), or where the PDF is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bss.invoicing.document import InvoiceDocument
from bss.refusal import Refusal


class Renderer(Protocol):
    """Prints issued invoices. The same document gives the same bytes."""

    async def pdf(self, document: InvoiceDocument) -> bytes:
        """The document as a PDF; MissingGlyph or RenderFailed when it cannot be printed truly."""
        ...


@dataclass(frozen=True)
class Unprintable:
    """Characters that the typeface cannot draw, in their order, and the field of the document with them."""

    field: str
    characters: str

    def __str__(self) -> str:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in self.characters)
        return f"{named} in {self.field}"


class MissingGlyph(Refusal):
    """The typeface lacks characters of the document; all places are named, and nothing was printed."""

    code = "MISSING_GLYPH"
    meaning = "The invoice contains characters that the typeface cannot draw; a box in their place would not do."

    def __init__(self, number: str, places: tuple[Unprintable, ...]) -> None:
        self.number, self.places = number, places
        listed = "; ".join(map(str, places))
        super().__init__(f"Invoice {number} cannot be printed: no glyph for {listed}.", (places[0].field,))

    def __reduce__(self) -> tuple[type[MissingGlyph], tuple[str, tuple[Unprintable, ...]]]:
        # The refusal travels from the rendering process, and its facts travel with it.
        return MissingGlyph, (self.number, self.places)


class RenderFailed(Exception):
    """The engine could not print the document, or printed it in a way that cannot be trusted: a fault."""

    def __init__(self, number: str, problem: str) -> None:
        super().__init__(number, problem)
        self.number, self.problem = number, problem

    def __str__(self) -> str:
        return f"invoice {self.number} was not rendered: {self.problem}"
