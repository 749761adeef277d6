"""`GET /sign-in`, the way to an identity provider and back, and what a provider says has ended.

Owns: the routes, and that whoever comes back is the browser that set out. Does not own: what a provider's answer
proves (`server.identity.relying_party`), or whom it lets in (`bss.providers`).
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bss.brands.queries import card_at
from bss.identifier import Kind, MalformedId, private, public
from bss.providers.queries import Trusted, provider_at, providers_at
from bss.providers.sign_in import NotAdmitted, SignIn, sign_in
from bss.providers.sign_out import SignOut
from bss.providers.sign_out import sign_out as sign_out_at_provider
from bss.refusal import Conflict
from bss.signing.session import Voucher
from bss.transaction.database import current
from server.http.graphql import refusal
from server.http.oauth.form import BadForm, form_of
from server.http.recognise import host_of, viewer_of
from server.http.sessions import hand_over
from server.http.sign_in_page import Shown, page
from server.http.sign_in_place import PAGE, back_of, own_path
from server.identity.discovery import ProviderTrouble
from server.identity.jwt_reading import BadToken
from server.identity.relying_party import Answered, Question, RelyingParty, new_question
from server.identity.sealing import CannotOpen
from server.memory.short_lived import ShortLived

_log = logging.getLogger(__name__)
COOKIE = "__Host-sign-in"
_PLACE = "on the way to an identity provider"
LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_AGAIN = "This did not work; please try again."
_NOT_HERE = "You are known, but not admitted here. Please ask those who gave you this address."


async def sign_in_page(request: Request) -> Response:
    """The page: the ways in, or who is signed in."""
    return await _page(request)


async def set_out(request: Request) -> Response:
    """`GET /sign-in/{provider}`: to the provider, with a question that only this browser can show the answer to."""
    provider = await _provider(request)
    if provider is None:
        return _nothing()
    question = new_question()
    back = back_of(request, request.path_params["provider"])
    try:
        address = await _party(request).address(provider, back, question, request.app.state.clock.now())
    except ProviderTrouble as trouble:
        return await _failed(request, provider, trouble)
    following, until = own_path(request.query_params.get("next")), request.app.state.clock.now() + LASTS
    kept = _sealed(_SettingOut(provider.id, host_of(request), question, following, until.isoformat()))
    response = RedirectResponse(address, 302, headers={"Cache-Control": "no-store"})
    lasts = int(LASTS.total_seconds())
    response.set_cookie(COOKIE, kept, max_age=lasts, path="/", secure=True, httponly=True, samesite="lax")
    return response


async def come_back(request: Request) -> Response:
    """`GET /sign-in/{provider}/back`: from the provider; whoever it knows and somebody admits is signed in."""
    provider, began = await _provider(request), await _taken(request)
    if provider is None:
        return _nothing()
    said = request.query_params
    if began is None or began.provider_id != provider.id or began.host != host_of(request) or "code" not in said:
        return await _failed(request, provider, BadToken(f"nobody set out like this: {said.get('error', '')[:100]!r}"))
    answered = Answered(said.get("state", ""), said["code"], said.get("iss"))
    back, now = back_of(request, request.path_params["provider"]), request.app.state.clock.now()
    try:
        known, id_token = await _party(request).known(provider, back, began.question, answered, now)
        system = provider.organisation.system("sign in")
        made = await sign_in(system, SignIn(provider.id, began.host, known), now=now)
    except (ProviderTrouble, BadToken, Conflict) as trouble:
        return await _failed(request, provider, trouble)
    except NotAdmitted as refused:
        return await _not_admitted(request, provider, str(refused))
    if made.secret is None:
        return await _not_admitted(request, provider, "nothing is left of what they had")
    response = RedirectResponse(began.following, 303, headers={"Cache-Control": "no-store"})
    _forget(response)
    await hand_over(request, response, system, made, Voucher(provider.id, id_token))
    return response


async def told_of_end(request: Request) -> Response:
    """`POST /sign-in/{provider}/logout`: the provider says whose sessions have ended there."""
    provider, now = await _provider(request), request.app.state.clock.now()
    headers = {"Cache-Control": "no-store"}
    if provider is None:
        return _nothing()
    try:
        raw = (await form_of(request)).get("logout_token", "")
        ended = await _party(request).ended(provider, raw, now)
    except BadForm as unreadable:
        return unreadable.response
    except (ProviderTrouble, BadToken) as trouble:
        _log.warning("a logout token of %s is not taken: %s", public(Kind.PROVIDER, provider.id), _in_a_line(trouble))
        return JSONResponse({"error": "invalid_request"}, status_code=400, headers=headers)
    system = provider.organisation.system("back-channel logout")
    name = hashlib.sha256(f"{provider.id} {ended.name}".encode()).hexdigest()
    if not await _entries(request).first(f"logout:{name}", LASTS):
        return Response(status_code=200, headers=headers)  # a token that comes again ends no later session
    await sign_out_at_provider(system, SignOut(provider.id, ended.subject, ended.session), now=now)
    return Response(status_code=200, headers=headers)


ROUTES = (
    Route(PAGE, sign_in_page, methods=["GET"]),
    Route(f"{PAGE}/{{provider}}", set_out, methods=["GET"]),
    Route(f"{PAGE}/{{provider}}/back", come_back, methods=["GET"]),
    Route(f"{PAGE}/{{provider}}/logout", told_of_end, methods=["POST"]),
)


@dataclass(frozen=True)
class _SettingOut:
    """What a browser takes along on its way, sealed in a cookie: so that strangers leave nothing behind here."""

    provider_id: UUID
    host: str
    question: Question
    following: str
    until: str


def _sealed(setting_out: _SettingOut) -> str:
    return current().seal.sealed(orjson.dumps(setting_out, default=str), _PLACE)


async def _taken(request: Request) -> _SettingOut | None:
    """What the browser took along, for the request that shows it first. Raises `StoreAway`."""
    kept = request.cookies.get(COOKIE, "")
    try:
        found = orjson.loads(current().seal.opened(kept, _PLACE))
    except (CannotOpen, ValueError):
        return None
    began = _SettingOut(
        UUID(found["provider_id"]), found["host"], Question(**found["question"]), found["following"], found["until"]
    )
    if request.app.state.clock.now() >= datetime.fromisoformat(began.until):
        return None
    used = hashlib.sha256(began.question.state.encode()).hexdigest()
    return began if await _entries(request).first(f"sign-in:{used}", LASTS) else None


async def _provider(request: Request) -> Trusted | None:
    """The provider of the path, if people come in by it at this host."""
    try:
        return await provider_at(host_of(request), private(Kind.PROVIDER, request.path_params["provider"]))
    except MalformedId:
        return None


async def _page(request: Request, trouble: str | None = None, status: int = 200) -> Response:
    host = host_of(request)
    card = await card_at(host)
    if card is None:
        return _nothing()
    viewer = None if trouble else await viewer_of(request)
    following = own_path(request.query_params.get("next"))
    asked = "" if following == PAGE else f"?next={quote(following)}"
    ways = tuple((f"{PAGE}/{public(Kind.PROVIDER, key)}{asked}", name) for key, name in await providers_at(host))
    response = page(Shown(card, ways, None if viewer is None else viewer.actor_name, trouble), status)
    if trouble:
        _forget(response)
    return response


async def _failed(request: Request, provider: Trusted, trouble: Exception) -> Response:
    _log.warning("no sign-in by %s: %s", public(Kind.PROVIDER, provider.id), _in_a_line(trouble))
    return await _page(request, _AGAIN, 502 if isinstance(trouble, ProviderTrouble) else 400)


async def _not_admitted(request: Request, provider: Trusted, why: str) -> Response:
    _log.warning("not admitted by %s: %s", public(Kind.PROVIDER, provider.id), why)
    return await _page(request, _NOT_HERE, 403)


def _in_a_line(trouble: Exception) -> str:
    """What a provider said, as it may stand in a log."""
    return repr(str(trouble)[:300])


def _forget(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _entries(request: Request) -> ShortLived:
    entries: ShortLived = request.app.state.entries
    return entries


def _party(request: Request) -> RelyingParty:
    party: RelyingParty = request.app.state.relying_party
    return party


def _nothing() -> Response:
    return refusal(404, "NOT_FOUND", "There is nothing here.")
