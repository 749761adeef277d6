"""How often what is done for followers, and how many there may be. Owns: the numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """In seconds."""

    look: float = 1
    """Between two looks at the feed of an organisation that somebody follows."""
    recognise: float = 15
    """Between two questions whether a follower still may follow; who may not is gone within twice that."""
    silence: float = 3600
    """After so long without an event a follower gets a new token, so that no token grows old in silence."""
    comment: float = 15
    """Between two signs of life on a stream without events."""
    patience: float = 30
    """So long one message may take to be taken; who is slower is cut off, and comes again with a token."""


PACE = Pace()


@dataclass(frozen=True)
class MostStreams:
    """How many streams one process serves at once."""

    of_a_client: int = 20
    of_an_organisation: int = 1_000


MOST_STREAMS = MostStreams()
