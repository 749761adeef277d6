"""Sessions of people in GraphQL: who is signed in where, and the end of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from bss.access.queries import people
from bss.identifier import Kind
from bss.signing import queries
from bss.signing.end_session import EndSession, end_session
from bss.signing.end_sessions import EndSessions, end_sessions
from schema.asking import Info
from schema.connection import listed
from schema.declare import mutation, needs, shown
from schema.domains.people import Person, person_by_id
from schema.node import Node, findable, id_of, uuid_of


@strawberry.type(description="Somebody signed in on a host, as a membership.")
class Session(Node):
    person_uuid: strawberry.Private[UUID]
    membership_id: strawberry.ID
    host: str
    started_at: datetime
    ends_at: datetime = strawberry.field(description="At the latest; earlier, when nobody uses it for half an hour.")
    ended_at: datetime | None = strawberry.field(description="Since when it was ended by somebody, or its membership.")

    @classmethod
    def of(cls, session: queries.SignedIn) -> Session:
        return cls(
            id=id_of(Kind.SESSION, session.id),
            person_uuid=session.person_id,
            membership_id=id_of(Kind.MEMBERSHIP, session.membership_id),
            host=session.host,
            started_at=session.started_at,
            ends_at=session.ends_at,
            ended_at=session.ended_at,
        )

    @strawberry.field(directives=needs(people))
    async def person(self, info: Info) -> Person | None:
        found: Person | None = await person_by_id(info, self.person_uuid)
        return found


findable(Kind.SESSION, queries.sessions, Session)


@strawberry.input
class EndSessionInput:
    session_id: strawberry.ID


def _ending(given: EndSessionInput) -> EndSession:
    return EndSession(uuid_of(Kind.SESSION, given.session_id, "sessionId"))


@strawberry.input
class EndSessionsInput:
    person_id: strawberry.ID


def _endings(given: EndSessionsInput) -> EndSessions:
    return EndSessions(uuid_of(Kind.PERSON, given.person_id, "personId"))


@strawberry.type
class Query:
    sessions = listed(
        queries.session_page,
        Session,
        description="Sessions over accounts in scope, or those of one person, oldest first; ended ones too.",
        of=("person_id", Kind.PERSON),
    )


@strawberry.type
class Mutation:
    end_session = mutation(
        end_session,
        input_type=EndSessionInput,
        result=Session,
        request_of=_ending,
        answer=shown(queries.sessions, Session),
    )
    end_sessions = mutation(
        end_sessions,
        input_type=EndSessionsInput,
        result=Person,
        request_of=_endings,
        answer=shown(people, Person),
    )
