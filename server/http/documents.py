"""Documents about accounts as files: `POST /accounts/acc_…/documents`, `GET /documents/doc_…`.

Owns: the way of the bytes in and out, and that nothing which is served is run by a browser. Does not own: which files
are taken (`bss.relations`). A file is the body of its request, and not a part of a form.
"""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bss.clock import Clock
from bss.identifier import Kind, MalformedId, private, public
from bss.refusal import InvalidInput, NotFound, PermissionDenied, Refusal
from bss.relations.document import MOST_BYTES
from bss.relations.queries import document_file
from bss.relations.store_document import StoreDocument, store_document
from bss.viewer import Viewer
from schema.scalars import unstorable
from server.http.graphql import body_within, refusal
from server.http.recognise import viewer_of

_LONGEST_KEY = 200
_STATUS: dict[type[Refusal], int] = {NotFound: 404, PermissionDenied: 403, InvalidInput: 422}
"""Of a refusal; others are 409: something else stands in the way."""


async def upload(request: Request) -> Response:
    """Keep the body as a document: `?name=`, `?case=` if it is about one, its Content-Type, and an Idempotency-Key.

    The answer has the document's id and its path.
    """
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    try:
        viewer.require(store_document.requires)
        content = await body_within(request, MOST_BYTES)
        if content is None:
            return refusal(413, "TOO_LARGE", f"A document has at most {MOST_BYTES} bytes.")
        kept = public(Kind.DOCUMENT, await _stored(viewer, request, content))
    except Refusal as no:
        return refusal(_STATUS.get(type(no), 409), no.code, no.message)
    return JSONResponse({"id": kept, "path": f"/documents/{kept}"}, status_code=201)


async def _stored(viewer: Viewer, request: Request, content: bytes) -> UUID:
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise InvalidInput.at("idempotencyKey", f"Send an Idempotency-Key of 1 to {_LONGEST_KEY} characters.")
    given, case = request.query_params.get("name", ""), request.query_params.get("case")
    if problems := [*unstorable(key, ("idempotencyKey",)), *unstorable(given, ("name",))]:
        raise InvalidInput(problems)
    asked = StoreDocument(
        account_id=_id(Kind.ACCOUNT, request.path_params["account"], "account"),
        name=given,
        media_type=request.headers.get("content-type", "").partition(";")[0].strip().lower(),
        content=content,
        case_id=None if case is None else _id(Kind.CASE, case, "case"),
    )
    clock: Clock = request.app.state.clock
    return (await store_document(viewer, asked, now=clock.now(), key=key)).object_id


async def download(request: Request) -> Response:
    """A document's bytes, to be saved and not to be shown: no page of ours can be made to run what it holds."""
    viewer = await viewer_of(request)
    if viewer is None:
        return refusal(401, "UNAUTHENTICATED", "Send a valid token: Authorization: Bearer …")
    try:
        file = await document_file(viewer, private(Kind.DOCUMENT, request.path_params["document"]))
    except (MalformedId, Refusal):
        return refusal(404, "NOT_FOUND", "There is no such document.")
    headers = {
        "Content-Disposition": _attachment(file.document.name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private",
        "ETag": f'"{file.document.sha256}"',
    }
    return Response(file.content, media_type=file.document.media_type, headers=headers)


def _id(kind: Kind, text: str, path: str) -> UUID:
    try:
        return private(kind, text)
    except MalformedId as malformed:
        raise NotFound(path, (path,)) from malformed


def _attachment(name: str) -> str:
    """The name in letters that every reader knows, and as it is (RFC 6266); it holds no quotes."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
