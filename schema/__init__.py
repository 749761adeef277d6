"""The domain in GraphQL: shape, permission, refusal, batching, limits."""
