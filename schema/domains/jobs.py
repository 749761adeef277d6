"""Jobs in GraphQL: what is to be done later, and what is parked for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from bss.identifier import Kind
from bss.jobs import job as domain
from bss.jobs import queries
from bss.jobs.claim import ResumeJob, resume
from bss.refusal import InvalidInput
from bss.transaction.command import Outcome
from bss.transaction.page import MOST_ROWS
from schema.asking import Info
from schema.declare import mutation, needs
from schema.node import id_of, uuid_of

strawberry.enum(domain.JobKind, description="What a job does.")
strawberry.enum(domain.JobState, description="Due, running, done; or parked for a person.")


@strawberry.type(description="Something to be done later, at least once, with one effect.")
class Job:
    id: strawberry.ID
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
    @strawberry.field(description="The most overdue first.", directives=needs(queries.listed))
    async def jobs(
        self,
        info: Info,
        state: domain.JobState | None = None,
        first: Annotated[int, strawberry.argument(description=f"At most {MOST_ROWS}.")] = 50,
    ) -> list[Job]:
        if not 0 <= first <= MOST_ROWS:
            raise InvalidInput.at("first", f"A page has 0 to {MOST_ROWS} rows.")
        return [Job.of(job) for job in await queries.listed(info.context.viewer, state, most=first)]


@strawberry.type
class Mutation:
    resume_job = mutation(
        resume,
        input_type=ResumeJobInput,
        result=ResumedJob,
        request_of=_resumption,
        answer=_resumed,
    )
