"""What a peer with a valid link says and nobody believes: unpriced services, stolen predecessors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_product import CreateProduct, create_product
from sync.batch import Verdict
from sync.message import Message, Subject
from tests.sync.books import START
from tests.sync.channel import Channel
from tests.sync.test_receiving import Recorder


@pytest.fixture
def recorder(channel: Channel) -> Recorder:
    return Recorder(channel)


async def word_of(channel: Channel, recorder: Recorder) -> Message:
    """What the reseller said last, of a subscription of Z to five seats."""
    await channel.sell("Z", 5)
    await channel.settle()
    return recorder.last(Subject.SUBSCRIPTION)


async def told(recorder: Recorder, word: Message, step: int = 1, **change: Any) -> tuple[Verdict, str | None]:
    """The answer to another word, `step` messages and versions later."""
    another = replace(word, sequence=word.sequence + step, version=word.version + step, data={**word.data, **change})
    (result,) = (await recorder.send(another)).results
    return result.verdict, result.code


BAD_SHAPE = (Verdict.REFUSED, "SYNC_BAD_SHAPE")
LATER = START.replace(month=7).isoformat().replace("+00:00", "Z")
EARLIER = START.replace(month=5).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "cancelled"},
        {"state": "cancelled", "ends_at": LATER},
        {"timeline": []},
        {"ends_at": EARLIER},
    ],
    ids=["cancelled without an end", "cancelled and going on", "active in nothing", "ended before it began"],
)
async def test_a_state_that_its_timeline_denies_is_no_message(
    channel: Channel, recorder: Recorder, change: dict[str, Any]
) -> None:
    assert await told(recorder, await word_of(channel, recorder), **change) == BAD_SHAPE


async def test_a_cancellation_brings_in_nothing_that_has_no_price(channel: Channel, recorder: Recorder) -> None:
    """Seats may be cancelled, priced or not; another offering, which is on no list, does not come in that way."""
    word = await word_of(channel, recorder)
    [segment] = word.data["timeline"]
    ended = {**segment, "effective_to": LATER}
    assert await told(recorder, word, state="cancelled", ends_at=LATER, timeline=[ended]) == (Verdict.ACCEPTED, None)
    cloud = channel.cloud
    with cloud.database.bound():
        product = await create_product(cloud.viewer, CreateProduct(cloud.root_id, "new", "New"), now=START)
        made = await create_offering(cloud.viewer, CreateOffering(product.object_id, "new", "New"), now=START)
    unpriced = str(made.object_id)
    other = {"offering_id": unpriced, "timeline": [{**ended, "offering_id": unpriced}]}
    assert await told(recorder, word, 2, state="cancelled", ends_at=LATER, **other) == (
        Verdict.REFUSED,
        "PRICE_MISSING",
    )


async def test_a_mirror_keeps_its_account_plan_and_predecessor(channel: Channel, recorder: Recorder) -> None:
    other = await word_of(channel, recorder)
    word = await word_of(channel, recorder)
    another = (Verdict.REFUSED, "SYNC_SUBSCRIPTION_OF_ANOTHER")
    for step, name in enumerate(("parent_pair_id", "predecessor_pair_id"), start=1):
        assert await told(recorder, word, step, **{name: str(other.pair_id)}) == another
    assert await told(recorder, word, 3, account_pair_id=None) == another


async def test_a_successor_goes_on_with_what_has_ended(channel: Channel, recorder: Recorder) -> None:
    """A new mirror that names one that still runs would be spared the set-up that nobody has paid."""
    running = await word_of(channel, recorder)
    fresh = replace(running, pair_id=channel.link_key)
    stolen = {"predecessor_pair_id": str(running.pair_id)}
    assert await told(recorder, fresh, 1, **stolen) == (Verdict.REFUSED, "SYNC_NO_SUCCESSOR")
