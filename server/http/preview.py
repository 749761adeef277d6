"""`/issuers/iss_….preview.pdf`: what an issuer's documents look like, before anything is stored or issued.

Owns: the route, and the reading of settings from a JSON body in the API's names. Does not own: the sample
(`bss.invoicing.preview`), or which settings can be stored (`bss.agreements.issuer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from bss.agreements.issuer import CARD_WHEN_SILENT, IssuerSettings
from bss.identifier import Kind, private
from bss.invoicing.document import InvoiceDocument
from bss.invoicing.preview import preview
from bss.refusal import InvalidInput, Problem
from bss.viewer import Viewer
from schema.domains.issuer_card import api_path
from schema.scalars import unstorable
from server.http.graphql import LARGEST_BODY, body_within
from server.http.printing import printed

_TYPES: dict[str, type] = {"name": str, "country": str, "dueDays": int, "sends": bool, "logo": str, "card": dict}
_NAMES = {"dueDays": "due_days"}
_CARD = {api_path((field,))[0]: field for field in CARD_WHEN_SILENT}


async def issuer_preview(request: Request) -> Response:
    """GET: as the issuer is; POST: with the settings of a JSON body, as `updateIssuer` takes them, over it."""

    async def sample(viewer: Viewer) -> InvoiceDocument:
        issuer_id: UUID = private(Kind.ISSUER, request.path_params["issuer"])
        settings = IssuerSettings() if request.method == "GET" else await _given(request)
        return await preview(viewer, issuer_id, settings, now=request.app.state.clock.now())

    return await printed(request, sample)


async def _given(request: Request) -> IssuerSettings:
    """The settings of the body. Raises `InvalidInput`."""
    content = await body_within(request, LARGEST_BODY)
    if content is None:
        raise InvalidInput((Problem((), "A request has at most two megabytes."),))
    try:
        given = orjson.loads(content)
    except orjson.JSONDecodeError as unreadable:
        raise InvalidInput((Problem((), "Send the settings as a JSON object."),)) from unreadable
    if not isinstance(given, dict):
        raise InvalidInput((Problem((), "Send the settings as a JSON object."),))
    if problems := [*_type_problems(given), *unstorable(given, ())]:
        raise InvalidInput(problems)
    card = {_CARD.get(name, name): value for name, value in given.get("card", {}).items()}
    others = {str(_NAMES.get(name, name)): value for name, value in given.items() if name != "card"}
    return IssuerSettings(card=card, **others)


def _type_problems(given: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem((name,), f"This is no setting of an issuer, or not of the type {_TYPES.get(name, str).__name__}.")
        for name, value in given.items()
        if type(value) is not _TYPES.get(name)
    ]
