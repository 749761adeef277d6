"""The business: what is sold, owned, metered, charged and paid, and who may do it.

Knows nothing of GraphQL, HTTP, queues or the wire: `schema`, `sync`, `workers` and `server` stand on it.
"""
