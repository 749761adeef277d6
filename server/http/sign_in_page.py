"""The page at `GET /sign-in`: the brand of the host, and the ways in. Nothing in it names the product.

Owns: the markup and what a browser may do with it. Does not own: who is let in (`server.http.sign_in`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from bss.brands.queries import Card


@dataclass(frozen=True)
class Shown:
    """What the page shows: the ways in (address and name), or who is signed in; and what went wrong, if anything.

    `is_invited`: the way in is an invitation, whose secret the browser alone knows.
    """

    card: Card
    providers: tuple[tuple[str, str], ...] = ()
    who: str | None = None
    trouble: str | None = None
    is_invited: bool = False


def page(shown: Shown, status: int = 200) -> Response:
    """The page; whatever it shows is text, and no other site can frame it, script it or read from it."""
    nonce = secrets.token_urlsafe(16)
    markup = _environment().get_template("sign_in.html").render(vars(shown), nonce=nonce)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(markup, status_code=status, headers=headers)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("server.http", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
