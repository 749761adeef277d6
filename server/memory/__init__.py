"""What several processes remember together for a while, on the Redis-protocol server."""
