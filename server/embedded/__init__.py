"""Real PostgreSQL and Valkey from installed wheels, started when first used and stopped after the last use.

Owns their processes and their files. Does not own what is in them: databases, roles, tables, jobs.
"""

from server.embedded.failures import EmbeddedServersFailed, IncompatibleDataDirectory
from server.embedded.lease import acquire, running
from server.embedded.servers import Servers

__all__ = ["EmbeddedServersFailed", "IncompatibleDataDirectory", "Servers", "acquire", "running"]
