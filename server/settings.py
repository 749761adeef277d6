"""Every setting of an installation, from the environment, typed and documented.

Owns: names, meanings and defaults. Does not own: what an organisation chooses for itself, which is data.
No secret has a default; with no setting at all, everything runs on the embedded servers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path

from schema.budget import MOST_COST, OF_A_CLIENT, OF_AN_ORGANISATION, Bucket
from server.egress.addresses import Network
from server.live.pace import MOST_STREAMS, MostStreams

_LEAST_SECRET = 32
_SAFE = ("https://", "http://localhost", "http://127.0.0.1")


class BadSetting(ValueError):
    """A setting that is missing or cannot be understood; the message names it."""


def _setting(name: str, meaning: str, default: str | None = None) -> str | None:
    value: str | None = field(default=default, metadata={"name": name, "meaning": meaning})
    return value


@dataclass(frozen=True)
class Limits:
    """How much may be asked of the API."""

    most_cost: int
    client: Bucket
    organisation: Bucket


NUMBERS = frozenset(
    {
        *("port", "most_cost", "client_budget", "client_budget_per_second"),
        *("organisation_budget", "organisation_budget_per_second", "client_streams", "organisation_streams"),
    }
)


@dataclass(frozen=True)
class Settings:
    """What the environment says. Fields are text or None; `load` checks those that must fit together."""

    database_url: str | None = _setting(
        "DATABASE_URL",
        "Where PostgreSQL is, without a user: postgresql://host:5432/bss. Unset: the embedded server.",
    )
    database_app_password: str | None = _setting("DATABASE_APP_PASSWORD", "Password of the role bss_app.")
    database_sync_password: str | None = _setting("DATABASE_SYNC_PASSWORD", "Password of the role bss_sync.")
    database_bulk_password: str | None = _setting("DATABASE_BULK_PASSWORD", "Password of the role bss_bulk.")
    database_owner_url: str | None = _setting(
        "DATABASE_OWNER_URL", "For `bss migrate` only: the owner of the database, who may create roles."
    )
    secret_key: str | None = _setting(
        "BSS_SECRET_KEY",
        "At least 32 characters, by which private keys are sealed in the database. Unset: the embedded server's own.",
    )
    redis_url: str | None = _setting(
        "REDIS_URL",
        "Where the queue and the sessions are: redis://host:6379/0 or unix:///path. Unset: the embedded server.",
    )
    home: str | None = _setting("BSS_HOME", "The folder of the embedded servers' data.", "var")
    database: str | None = _setting(
        "BSS_DATABASE", "The database on the embedded server; bss_demo holds the demonstration's books.", "bss"
    )
    host: str | None = _setting("BSS_HOST", "The address that `bss serve` listens on.", "127.0.0.1")
    port: str | None = _setting("BSS_PORT", "The port that `bss serve` listens on.", "8000")

    most_cost: str | None = _setting(
        "BSS_MOST_COST", "How many points one GraphQL operation may cost (docs/api).", str(MOST_COST)
    )
    client_budget: str | None = _setting(
        "BSS_CLIENT_BUDGET", "How many points a client may use at once.", str(OF_A_CLIENT.holds)
    )
    client_budget_per_second: str | None = _setting(
        "BSS_CLIENT_BUDGET_PER_SECOND", "How many a client gets back each second.", str(OF_A_CLIENT.leaks_per_second)
    )
    organisation_budget: str | None = _setting(
        "BSS_ORGANISATION_BUDGET",
        "How many points all clients of an organisation may use at once.",
        str(OF_AN_ORGANISATION.holds),
    )
    organisation_budget_per_second: str | None = _setting(
        "BSS_ORGANISATION_BUDGET_PER_SECOND",
        "How many an organisation gets back each second.",
        str(OF_AN_ORGANISATION.leaks_per_second),
    )

    client_streams: str | None = _setting(
        "BSS_CLIENT_STREAMS",
        "How many streams a client may follow at once, in each process that serves.",
        str(MOST_STREAMS.of_a_client),
    )
    organisation_streams: str | None = _setting(
        "BSS_ORGANISATION_STREAMS",
        "How many streams all clients of an organisation may follow at once, in each process.",
        str(MOST_STREAMS.of_an_organisation),
    )

    documents: str | None = _setting(
        "BSS_DOCUMENTS", "A folder of GraphQL documents (*.graphql) that requests may name by their SHA-256."
    )
    graphiql: str | None = _setting(
        "BSS_GRAPHIQL", "For development: the folder of GraphiQL as `make graphiql` builds it, served at /graphiql."
    )
    pages: str | None = _setting(
        "BSS_PAGES",
        "What pages in which somebody is signed in may send: `stored` documents only, or `any`. Tokens are free.",
        "stored",
    )

    @property
    def streams(self) -> MostStreams:
        return MostStreams(int(self.client_streams or 0), int(self.organisation_streams or 0))

    @property
    def limits(self) -> Limits:
        return Limits(
            int(self.most_cost or 0),
            Bucket(int(self.client_budget or 0), int(self.client_budget_per_second or 0)),
            Bucket(int(self.organisation_budget or 0), int(self.organisation_budget_per_second or 0)),
        )

    public_url: str | None = _setting(
        "BSS_PUBLIC_URL",
        "Where clients reach this installation, by https; access tokens name it as their issuer.",
        "http://localhost:8000",
    )

    egress_allow: str | None = _setting(
        "BSS_EGRESS_ALLOW",
        "Networks beside the internet that may be called for others, by commas: 10.2.0.0/16. TLS may be missing there.",
    )

    @property
    def networks(self) -> tuple[Network, ...]:
        return tuple(ip_network(each.strip()) for each in (self.egress_allow or "").split(",") if each.strip())

    @property
    def home_folder(self) -> Path:
        return Path(self.home or "var").absolute()


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises `BadSetting` when an external database lacks its passwords."""
    source = os.environ if environment is None else environment
    given = {}
    for each in fields(Settings):
        name = each.metadata["name"]
        if source.get(name):
            given[each.name] = source[name]
    settings = Settings(**given)
    if settings.database_url is not None:
        for each in fields(Settings):
            if each.name.endswith(("_password", "_key")) and getattr(settings, each.name) is None:
                raise BadSetting(f"{each.metadata['name']} must be set when DATABASE_URL is")
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if each.name in NUMBERS and not (value.isdecimal() and int(value) > 0):
            raise BadSetting(f"{each.metadata['name']} is {value!r}, not a number")
    limits = settings.limits
    if not limits.most_cost <= limits.client.holds <= limits.organisation.holds:
        raise BadSetting(
            "BSS_MOST_COST, BSS_CLIENT_BUDGET and BSS_ORGANISATION_BUDGET must not fall: each fits the next"
        )
    if settings.secret_key is not None and len(settings.secret_key) < _LEAST_SECRET:
        raise BadSetting(f"BSS_SECRET_KEY has fewer than {_LEAST_SECRET} characters")
    try:
        _ = settings.networks
    except ValueError as unreadable:
        raise BadSetting(f"BSS_EGRESS_ALLOW has no networks: {unreadable}") from unreadable
    if settings.graphiql is not None and settings.database_url is not None:
        raise BadSetting("BSS_GRAPHIQL is for development, on the embedded servers; DATABASE_URL is set")
    if settings.pages not in ("stored", "any"):
        raise BadSetting(f"BSS_PAGES is {settings.pages!r}; it is stored or any")
    if not (settings.public_url or "").startswith(_SAFE):
        raise BadSetting(f"BSS_PUBLIC_URL is {settings.public_url!r}; it begins with one of {', '.join(_SAFE)}")
    return settings
