"""The token endpoint's rules by authlib: which grant is asked for, how the client proves itself, which scopes.

Owns: the adapter. The library's core is synchronous and reads nothing here: what it asks about was read before, and
what it allows is signed afterwards, so that neither its clock nor its defaults for tokens are used. Does not own: the
assertion (`server.identity.assertion`), whose check in the library reads the wall clock and takes any algorithm.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer, scope_to_list
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from bss.clients.standing import Standing
from bss.permission import Permission

GRANT = "client_credentials"
BY_SECRET = ("client_secret_basic", "client_secret_post")
BY_KEY = "private_key_jwt"
METHODS = (*BY_SECRET, BY_KEY)
_NO_SECRET = hashlib.sha256(b"nobody's").hexdigest()


@dataclass(frozen=True)
class Answer:
    """What the endpoint answers, but for the token itself."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Claimed:
    """The client that a request says it comes from; `standing` is None when there is none or it is gone.

    `proven` says that its assertion holds. The library calls it by these names.
    """

    standing: Standing | None
    proven: bool

    def check_client_secret(self, secret: str) -> bool:
        """Whether this is the client's secret; it takes as long for a client that there is not."""
        kept = None if self.standing is None else self.standing.secret_hash
        same = hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), kept or _NO_SECRET)
        return same and kept is not None

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """A client proves itself in its own way only: keys are not weakened by a secret that was left."""
        if self.standing is None:
            return False
        return method == BY_KEY if self.standing.keys else method in BY_SECRET

    def check_grant_type(self, grant: str) -> bool:
        return grant == GRANT

    def granted(self, asked: str | None) -> frozenset[Permission]:
        """The scopes that are asked for, all when none is named; `InvalidScopeError` beyond the client's own."""
        mine = frozenset() if self.standing is None else self.standing.scopes
        words = scope_to_list(asked) or [word.value for word in mine]
        if not words or not set(words) <= {word.value for word in mine}:
            raise InvalidScopeError()
        return frozenset(Permission(word) for word in words)


class TokenRequest(OAuth2Request):
    """A form that was read and found to have each parameter once, at the address that clients know."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], form: dict[str, str]) -> None:
        super().__init__("POST", endpoint, headers=headers)
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @property
    def form(self) -> dict[str, str]:
        return self._form

    @property
    def args(self) -> dict[str, str]:
        return {}


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class TokenGrant(AuthorizationServer):
    """The library's server for one request."""

    def __init__(self, claimed: Claimed) -> None:
        super().__init__()
        self._claimed = claimed
        self.register_grant(_Grant)
        self.register_client_auth_method(BY_KEY, self._by_key)
        self.register_token_generator("default", self._granted)

    def answer(self, request: TokenRequest) -> Answer:
        """The answer to a token request; one of status 200 has the scopes that are granted."""
        answer: Answer = self.create_token_response(request)
        return answer

    def refusal(self, request: TokenRequest) -> Answer | None:
        """Why the caller is not the client that it says it is, or None when it is."""
        try:
            self.authenticate_client(request, METHODS)
        except OAuth2Error as refused:
            return self.handle_response(*refused())
        return None

    def query_client(self, _client_id: str) -> Claimed:
        return self._claimed

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        return Answer(status, body, tuple(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        return None

    def save_token(self, token: dict[str, Any], request: TokenRequest) -> None:
        return None

    def validate_requested_scope(self, scope: str | None) -> None:
        self._claimed.granted(scope)

    def _by_key(self, _query_client: object, request: TokenRequest) -> Claimed | None:
        return self._claimed if self._claimed.proven and "client_assertion" in request.form else None

    def _granted(self, *, scope: str | None, **_asked: object) -> dict[str, Any]:
        return {"scope": " ".join(sorted(word.value for word in self._claimed.granted(scope)))}
