"""Clients of others that follow what happens: npm's graphql-sse and graphql-ws."""
