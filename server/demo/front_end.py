"""A front end of the story: a token and GraphQL documents, nothing else.

Owns: sending documents in process as HTTP would. Does not own: what they ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from bss.access.authenticate import viewer_of_token
from bss.clock import Clock
from bss.transaction.database import Database
from schema.execution import execute

_KEYS = count(1)


class UnexpectedAnswer(RuntimeError):
    """The API answered a document of the story with errors or a refusal."""


@dataclass(frozen=True)
class FrontEnd:
    """Somebody with a token, in one organisation's books."""

    token: str
    database: Database
    clock: Clock

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a document. Raises `UnexpectedAnswer` on errors."""
        with self.database.bound():
            viewer = await viewer_of_token(self.token, now=self.clock.now())
            if viewer is None:
                raise UnexpectedAnswer("the token is not valid")
            body = await execute(document, viewer, self.clock, variables)
        if body.get("errors"):
            raise UnexpectedAnswer(str(body["errors"]))
        data: dict[str, Any] = body["data"]
        return data

    async def tell(self, mutation: str, selection: str = "__typename", **given: Any) -> dict[str, Any]:
        """Run a mutation with a fresh idempotency key; the answer may be a refusal."""
        name = f"{mutation[0].upper()}{mutation[1:]}"
        document = (
            f"mutation Story($input: {name}Input!, $key: String!) {{ {mutation}(input: $input, idempotencyKey: $key)"
            f" {{ __typename {selection} ... on Refusal {{ code message path }} }} }}"
        )
        data = await self.ask(document, input=given, key=f"story-{next(_KEYS)}")
        answer: dict[str, Any] = data[mutation]
        return answer

    async def done(self, mutation: str, selection: str = "__typename", **given: Any) -> dict[str, Any]:
        """Run a mutation that must succeed."""
        answer = await self.tell(mutation, selection, **given)
        if "code" in answer:
            raise UnexpectedAnswer(f"{mutation}: {answer}")
        return answer
