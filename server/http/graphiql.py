"""`GET /graphiql`, in development: a page to try the API on, which `make graphiql` builds from packages.

Owns: serving what was built, and what a browser may do with it: nothing is loaded from elsewhere, and nothing is sent
elsewhere. Does not own: when it may be served (`server.settings`), or the page (`server/graphiql`).
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from server.settings import BadSetting

_PAGE = "index.html"
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The editor writes styles into its elements; scripts come from files of this origin only."""
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def graphiql_routes(folder: Path) -> list[Route]:
    """The page and its files, which are those that are there now. Raises `BadSetting` when it was not built."""
    built = {path.name: path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}
    if _PAGE not in built:
        raise BadSetting(f"BSS_GRAPHIQL is {str(folder)!r}, where no GraphiQL was built; `make graphiql` does.")

    async def file(request: Request) -> Response:
        path = built.get(request.path_params.get("file", _PAGE))
        if path is None:
            return JSONResponse({"errors": [{"message": "There is no such file."}]}, status_code=404)
        return FileResponse(path, headers=_HEADERS)

    return [Route("/graphiql", file, methods=["GET"]), Route("/graphiql/{file}", file, methods=["GET"])]
