"""Jobs in GraphQL: what is to be done later, and what is parked for a person."""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.identifier import Kind
from bss.jobs import job as domain
from bss.jobs import queries
from bss.jobs.claim import ResumeJob, resume
from bss.transaction.command import Outcome
from schema.asking import Info
from schema.connection import Connection, Cursor, First, Last, asked_page, connected
from schema.declare import mutation, needs
from schema.node import Node, findable, id_of, uuid_of

strawberry.enum(domain.JobKind, description="What a job does.")
strawberry.enum(domain.JobState, description="Due, running, done; or parked for a person.")


@strawberry.type(description="Something to be done later, at least once, with one effect.")
class Job(Node):
    kind: domain.JobKind
    key: str = strawberry.field(description="What it is about: see the reference of jobs.")
    state: domain.JobState
    due_at: datetime
    attempts: int
    reason: str | None = strawberry.field(description="Why it failed last, or is parked.")

    @classmethod
    def of(cls, job: domain.Job) -> Job:
        return cls(
            id=id_of(Kind.JOB, job.id),
            kind=job.kind,
            key=job.key,
            state=job.state,
            due_at=job.due_at,
            attempts=job.attempts,
            reason=job.reason,
        )


findable(Kind.JOB, queries.many, Job)


@strawberry.type(description="A job that was parked and is due again.")
class ResumedJob:
    job_id: strawberry.ID


@strawberry.input
class ResumeJobInput:
    job_id: strawberry.ID


def _resumption(given: ResumeJobInput) -> ResumeJob:
    return ResumeJob(uuid_of(Kind.JOB, given.job_id, "jobId"))


async def _resumed(info: Info, outcome: Outcome, given: ResumeJobInput) -> ResumedJob:
    return ResumedJob(job_id=given.job_id)


@strawberry.type
class Query:
    @strawberry.field(description="Oldest first, all or those in a state.", directives=needs(queries.page))
    async def jobs(
        self,
        info: Info,
        state: domain.JobState | None = None,
        first: First = None,
        after: Cursor = None,
        last: Last = None,
        before: Cursor = None,
    ) -> Connection[Job]:
        page = await queries.page(info.context.viewer, asked_page(first, after, last, before), state=state)
        return connected(page, Job.of, lambda row: row.id)


@strawberry.type
class Mutation:
    resume_job = mutation(
        resume,
        input_type=ResumeJobInput,
        result=ResumedJob,
        request_of=_resumption,
        answer=_resumed,
    )
