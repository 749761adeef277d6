"""One module per domain; this one joins them."""

from __future__ import annotations

from schema.domains import access, organisations
from schema.node import NodeQuery

QUERIES = (NodeQuery, organisations.Query)
MUTATIONS = (organisations.Mutation, access.Mutation)
TYPES = (organisations.Account,)
