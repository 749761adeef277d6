"""From rows to edges: the one mapping, for whoever selects them.

Owns: the columns of an edge `e` and of its seller's path, the join that brings it, and the mapping. Does not own:
which edges are selected (`bss.agreements.queries`, `bss.rating.channel`).
"""

from __future__ import annotations

from dataclasses import fields

from bss.agreements.edge import Edge, EdgeKind
from bss.transaction.value import valued

EDGE_COLUMNS = ", ".join(
    "seller.path AS seller_path" if field.name == "seller_path" else f"e.{field.name}" for field in fields(Edge)
)
# Each seller by itself: joined otherwise, half of all accounts are read for it, as it cannot be seen how few they are.
WITH_SELLER = (
    "LEFT JOIN LATERAL (SELECT path FROM account WHERE organisation_id = e.organisation_id"
    " AND id = e.seller_account_id LIMIT 1) AS seller ON true"
)
BUYS_FROM = "coalesce(e.link_id, e.vendor_id)"
"""`Edge.supplier_id` of an edge `e`, in SQL."""


edge_of = valued(Edge, kind=EdgeKind)
"""The edge in a row that has `EDGE_COLUMNS` among its own."""
