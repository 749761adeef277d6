"""What statements select to read offerings.

Owns: the columns, which are the fields of the value. Does not own: which rows (`bss.catalogue.queries`).
"""

from __future__ import annotations

from dataclasses import fields

from bss.catalogue.product import Offering

OFFERING_COLUMNS = ", ".join(f"offering.{field.name}" for field in fields(Offering))
