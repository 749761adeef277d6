"""`GET /brand`, `GET /brand/logo`: what a sign-in page shows at this host, to whom nobody knows yet.

Owns: the routes. Does not own: the card (`bss.brands`). Nothing in these answers names the product.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.brands.queries import card_at
from server.http.graphql import refusal
from server.http.recognise import host_of

_BRIEFLY = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


async def brand(request: Request) -> Response:
    """The name, the colours and the path of the logo."""
    card = await card_at(host_of(request))
    if card is None:
        return _nothing()
    logo = None if card.logo is None else f"/brand/logo?{card.logo_digest[:16]}"
    look = {"name": card.name, "colour": card.colour or None, "accent": card.accent or None, "logo": logo}
    return JSONResponse(look, headers=_BRIEFLY)


async def brand_logo(request: Request) -> Response:
    """The logo, a PNG."""
    card = await card_at(host_of(request))
    if card is None or card.logo is None:
        return _nothing()
    headers = {**_BRIEFLY, "ETag": f'"{card.logo_digest}"', "Cross-Origin-Resource-Policy": "same-origin"}
    return Response(card.logo, media_type="image/png", headers=headers)


def _nothing() -> Response:
    return refusal(404, "NOT_FOUND", "There is nothing here.")
