"""Invoices on paper: the Jinja2 template, the typeface, and xhtml2pdf in processes of its own.

Owns: the look of the printed invoice and the adapter of `bss.invoicing.renderer.Renderer`. Does not own: what
the invoice says (`bss.invoicing.document`), or who asks for it and keeps the result.
"""

from bss.invoicing.pdf.pool import Xhtml2pdfRenderer

__all__ = ["Xhtml2pdfRenderer"]
