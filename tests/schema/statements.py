"""Which statements one operation runs: what a list costs must not depend on how long it is."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from bss.transaction.database import Database
from tests.schema.books import Books


async def counted(
    database: Database, books: Books, document: str, **variables: object
) -> tuple[Counter[str], dict[str, Any]]:
    """The statements of one operation, without the sizes of pages; its data."""
    seen: list[str] = []
    database.observer = seen.append
    data = await books.data(document, **variables)
    database.observer = None
    # Copied here, because a pooled connection goes on telling an observer that it was given once.
    return Counter(re.sub(r"LIMIT \d+", "LIMIT n", statement) for statement in seen), data
