"""Where an organisation's authorisation server is: its issuer, its audience and the addresses of its endpoints.

Owns: the one decision which issuer an organisation has (`Places.issuer`). Does not own: the routes behind the
addresses (`server.http.oauth`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bss.organisations.directory import Entry


@dataclass(frozen=True)
class Places:
    """The addresses of an installation that is reached at `public_url`, which has no slash at its end."""

    public_url: str

    def issuer(self, organisation: Entry) -> str:
        """Who signs for an organisation. An organisation that has a host of its own is to be named by it here."""
        return f"{self.public_url}/o/{organisation.slug}"

    def audience(self, organisation: Entry) -> str:
        """For whom an organisation's tokens are: its API, and no other organisation's."""
        return f"{self.issuer(organisation)}/graphql"

    def key_set(self, organisation: Entry) -> str:
        return f"{self.issuer(organisation)}/oauth/jwks.json"

    @property
    def token_endpoint(self) -> str:
        return f"{self.public_url}/oauth/token"

    @property
    def introspection_endpoint(self) -> str:
        return f"{self.public_url}/oauth/introspect"

    @property
    def revocation_endpoint(self) -> str:
        return f"{self.public_url}/oauth/revoke"
