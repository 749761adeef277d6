"""What an installation needs to give and to recognise access tokens, and the way from a token to its viewer.

Owns: the order of the checks: whose client it claims to be, its signature, and then what holds of that client now.
Does not own: those checks (`access_token`, `bss.clients`).
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from bss.clients.revoke_access import is_revoked
from bss.clients.rotate_signing_keys import active_key
from bss.clients.standing import Standing, standing_with_keys
from bss.identifier import Kind, MalformedId, private, public
from bss.permission import Permission
from bss.viewer import Viewer
from server.identity.access_token import TYPE, AccessToken, claims_of, verify
from server.identity.jwt_reading import LONGEST, BadToken
from server.identity.memory import Memory
from server.identity.places import Places
from server.identity.signing import SigningKeys

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Authorisation:
    """Where the installation is, what makes its keys, and what remembers the assertions that were used."""

    places: Places
    keys: SigningKeys
    memory: Memory


@dataclass(frozen=True)
class Access:
    """A token that is worth something now, and what holds of its client."""

    token: AccessToken
    standing: Standing

    @property
    def viewer(self) -> Viewer:
        return self.standing.within(self.token.scopes)


def looks_like_access_token(secret: str) -> bool:
    """Whether a bearer's secret has the three parts of a signed token; those that are stored have one."""
    return secret.count(".") == 2


async def access_behind(authorisation: Authorisation | None, raw: str, *, now: datetime) -> Access | None:
    """What a token is worth; None for one that was forged, has ended or is revoked, or whose client is gone."""
    if authorisation is None:
        return None
    client_id = client_uuid(claimed(raw, "client_id"))
    standing, keys = await standing_with_keys(client_id, now=now)
    if standing is None:
        return None
    issuer = authorisation.places.issuer(standing.organisation)
    audience = authorisation.places.audience(standing.organisation)
    try:
        token = verify(raw, [key.public for key in keys], issuer=issuer, audience=audience, now=now)
    except BadToken:
        return None
    if token.client != public(Kind.CLIENT, client_id) or await is_revoked(standing, token.id):
        return None
    return Access(token, standing)


async def access_token_for(
    authorisation: Authorisation, standing: Standing, scopes: frozenset[Permission], *, now: datetime
) -> str:
    """A new token of a client that has proven itself."""
    organisation = standing.organisation
    key = await active_key(organisation.system("sign"), authorisation.keys, now=now)
    claims = claims_of(standing, [word.value for word in scopes], authorisation.places, now=now)
    return authorisation.keys.signed(organisation.organisation_id, key, TYPE, claims)


def client_uuid(client_id: str) -> UUID:
    """The id behind a public client id; that of nobody, when it is none."""
    try:
        return private(Kind.CLIENT, client_id)
    except MalformedId:
        return NOBODY


def claimed(raw: str, name: str) -> str:
    """A claim of a token that nobody has verified: it says where to look, and proves nothing."""
    try:
        part = raw[:LONGEST].split(".")[1]
        found = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
