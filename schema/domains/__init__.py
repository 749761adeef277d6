"""One module per domain; this one joins them."""

from __future__ import annotations

from schema.domains import (
    access,
    agreements,
    catalogue,
    corrections,
    costs,
    invoicing,
    issuers,
    jobs,
    lines,
    margins,
    metering,
    organisations,
    prices,
    reference,
    relations,
    statements,
    subscription_mutations,
    subscriptions,
    sync,
    usage,
)
from schema.node import NodeQuery

QUERIES = (
    NodeQuery,
    organisations.Query,
    catalogue.Query,
    prices.Query,
    issuers.Query,
    agreements.Query,
    subscriptions.Query,
    metering.Query,
    usage.Query,
    corrections.Query,
    invoicing.Query,
    lines.Query,
    margins.Query,
    costs.Query,
    sync.Query,
    jobs.Query,
    relations.Query,
    reference.Query,
    statements.Query,
)
MUTATIONS = (
    organisations.Mutation,
    access.Mutation,
    catalogue.Mutation,
    prices.Mutation,
    issuers.Mutation,
    agreements.Mutation,
    subscription_mutations.Mutation,
    metering.Mutation,
    corrections.Mutation,
    invoicing.Mutation,
    sync.Mutation,
    jobs.Mutation,
    relations.Mutation,
)
