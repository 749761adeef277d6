"""Find accounts and subscriptions by words: full text without a language, because names have none.

Owns: what a search text may be, and the order of what is found. Does not own: the words of each object, which
triggers keep (`bss.migrations`), or the objects themselves: this answers with their ids.

A word of the text matches each word that begins with it; a word of one letter matches itself only. All words of the
text must match. Case and accents do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer, requires

MOST_FOUND = 50
MOST_WORDS = 10
LONGEST_TEXT = 200


class FoundKind(StrEnum):
    """What was found; the value is the name of its table."""

    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class Found:
    """An object that has all the words. `rank` is greater the better it fits: whole words and names count more."""

    kind: FoundKind
    object_id: UUID
    rank: int


# The bound is the last of all letters, so that every word that begins with the asked one lies below it.
_SEARCH = """
SELECT kind, object_id, sum(rank)::int AS rank FROM (
  SELECT found.kind, found.object_id, asked.word,
    max(found.weight * CASE WHEN found.word = asked.word THEN 2 ELSE 1 END) AS rank
  FROM unnest($3::text[]) AS asked (word) CROSS JOIN LATERAL (
    SELECT kind, object_id, word, weight FROM search_word
    WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~' AND kind = ANY($4) AND word >= asked.word
      AND word <= asked.word || CASE WHEN length(asked.word) > 1 THEN chr(1114111) ELSE '' END) AS found
  GROUP BY 1, 2, 3) AS hit
GROUP BY kind, object_id HAVING count(*) = cardinality($3)
ORDER BY rank DESC, object_id LIMIT $5
"""


@requires(Permission.ACCOUNT_VIEW)
async def search(viewer: Viewer, text: str, most: int = 20) -> tuple[Found, ...]:
    """The best `most` of what has all words of the text, in the viewer's scope, the best first. Two statements.

    Subscriptions are among them when the viewer may see subscriptions. Raises `InvalidInput` at `text` and `first`.
    """
    if not 1 <= most <= MOST_FOUND:
        raise InvalidInput.at("first", f"A search finds 1 to {MOST_FOUND} objects.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput.at("text", f"A search text has at most {LONGEST_TEXT} characters.")
    kinds = [FoundKind.ACCOUNT.value]
    if Permission.SUBSCRIPTION_VIEW in viewer.permissions:
        kinds.append(FoundKind.SUBSCRIPTION.value)
    async with reading(viewer) as tx:
        words = await _words(tx, text)
        rows = await tx.connection.fetch(_SEARCH, *(viewer.organisation_id, viewer.path, words, kinds, most))
    return tuple(Found(FoundKind(row["kind"]), row["object_id"], row["rank"]) for row in rows)


async def _words(tx: Transaction, text: str) -> list[str]:
    """The words of the text, folded as those of the objects were."""
    words = [row[0] for row in await tx.connection.fetch("SELECT search_words($1)", text)]
    if not 1 <= len(words) <= MOST_WORDS:
        raise InvalidInput.at("text", f"A search text has 1 to {MOST_WORDS} words of letters or digits.")
    return words
