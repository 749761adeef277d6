"""Where a host is, as browsers and identity providers name it.

Owns: the addresses of signing in. Does not own: which hosts there are (`bss.brands`).
"""

from __future__ import annotations

from starlette.requests import Request

from server.http.recognise import host_of

PAGE = "/sign-in"
_LONGEST = 300


def page_of(request: Request) -> str:
    """The address of the sign-in page at the request's host."""
    return f"{_origin(request)}{PAGE}"


def back_of(request: Request, provider: str) -> str:
    """The address to which a provider sends the browser back."""
    return f"{_origin(request)}{PAGE}/{provider}/back"


def own_path(asked: str | None) -> str:
    """The path to go to afterwards, if it is one of this host; the sign-in page otherwise."""
    plain = asked is not None and asked.startswith("/") and asked.isascii() and asked.isprintable()
    if not plain or asked is None or asked.startswith("//") or "\\" in asked or len(asked) > _LONGEST:
        return PAGE
    return asked


def _origin(request: Request) -> str:
    """TLS always, except on the names that lead to the browser's own machine (RFC 6761, section 6.3)."""
    local = host_of(request) == "localhost" or host_of(request).endswith(".localhost")
    return f"{'http' if local else 'https'}://{request.url.netloc.lower()}"
