"""How to reach the two running servers. Opens no connection."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Servers:
    """Addresses of a PostgreSQL and a Valkey that listen on Unix sockets only."""

    postgres_host: str
    """The directory of PostgreSQL's socket."""
    postgres_port: int
    """A part of the socket's name; nothing listens on TCP."""
    postgres_user: str
    """The superuser; applications use roles of their own."""
    postgres_password: str = field(repr=False)
    redis_socket: str

    def dsn(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """A PostgreSQL URL of `database`, as the superuser or as `user` with that user's password."""
        name = self.postgres_user if user is None else user
        word = self.postgres_password if user is None else password
        sign_in = quote(name, safe="") + ("" if word is None else ":" + quote(word, safe=""))
        place = urlencode({"host": self.postgres_host, "port": self.postgres_port}, safe="/", quote_via=quote)
        return f"postgresql://{sign_in}@/{quote(database, safe='')}?{place}"

    @property
    def redis_url(self) -> str:
        """A URL that redis clients accept."""
        return f"unix://{quote(self.redis_socket)}"
