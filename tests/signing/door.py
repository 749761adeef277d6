"""A door that lets a membership in: what a sign-in and an invitation do behind it, without what comes before."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bss.access.grant import running_membership
from bss.identifier import Kind, private
from bss.signing.open_session import open_session
from bss.transaction.begin import begin
from bss.transaction.command import Outcome
from bss.viewer import Viewer
from server.http.recognise import host_of
from server.http.sessions import hand_over
from tests.schema.books import Books


async def opened(viewer: Viewer, membership_id: UUID, host: str, now: datetime) -> Outcome:
    """A session of the membership."""
    async with begin(viewer) as tx:
        return await open_session(tx, await running_membership(tx, membership_id), host, now)


def with_a_door(books: Books, serving: Starlette) -> Starlette:
    """The application, and `GET /door/mem_…`, which lets that membership in."""

    async def door(request: Request) -> Response:
        response = Response("come in")
        membership = private(Kind.MEMBERSHIP, request.path_params["membership"])
        made = await opened(books.staff, membership, host_of(request), books.clock.now())
        await hand_over(request, response, books.staff, made)
        return response

    serving.router.routes.append(Route("/door/{membership}", door))
    return serving
