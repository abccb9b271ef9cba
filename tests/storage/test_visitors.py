"""What visitors say, on every store."""

import asyncio
from dataclasses import replace

import pytest

from bridge.errors import NotFound, Refused
from bridge.managers import ManagerDesk, channel_at
from bridge.model import Kind, Visitor, VisitorId
from bridge.visitors import hashed
from tests.storage.town import CHANNEL, WORKS

OPENINGS = "SELECT count(*) FROM delivery WHERE kind = 'open'"


async def test_two_tabs_that_begin_at_once_open_one_conversation(town, witness):
    visitor = await town.visitor()
    await asyncio.gather(town.says(visitor, "from one", "a"), town.says(visitor, "from two", "b"))
    assert sorted(await town.texts(visitor)) == ["from one", "from two"]
    assert witness.count("conversation") == 1
    assert witness.count("thread") == 1
    assert witness.number(OPENINGS) == 1


async def test_the_same_key_twice_is_one_message(town, witness):
    visitor = await town.visitor()
    first, again = await asyncio.gather(town.says(visitor, "hello", "k"), town.says(visitor, "hello", "k"))
    assert first == again == await town.says(visitor, "hello", "k")
    assert await town.texts(visitor) == ["hello"]
    assert witness.count("delivery") == 1


async def test_a_key_with_other_words_is_refused(town):
    visitor = await town.visitor()
    await town.says(visitor, "hello", "k")
    with pytest.raises(Refused) as refused:
        await town.says(visitor, "goodbye", "k")
    assert refused.value.code == "key_reused"
    assert await town.texts(visitor) == ["hello"]


async def test_a_key_belongs_to_its_visitor(town):
    one, other = await town.visitor(), await town.visitor()
    await town.says(one, "mine", "k")
    await town.says(other, "and mine", "k")
    assert (await town.texts(one), await town.texts(other)) == (["mine"], ["and mine"])


async def test_forty_at_once_keep_one_order_without_gaps(town, witness):
    visitor = await town.visitor()
    said = await asyncio.gather(*[town.says(visitor, f"line {number}") for number in range(40)])
    assert sorted(message.place for message in said) == list(range(1, 41))
    assert sorted(message.change for message in said) == list(range(1, 41))
    in_order = sorted(said, key=lambda message: message.place)
    lane = witness.column("SELECT message_id FROM delivery ORDER BY number")
    assert lane == [message.id for message in in_order]
    assert [message.change for message in in_order] == list(range(1, 41))
    carried = await town.carry()
    assert [errand.delivery.message for errand in carried] == lane
    assert [errand.delivery.kind for errand in carried] == [Kind.OPEN] + [Kind.POST] * 39


async def test_twelve_visitors_at_once_do_not_disturb_each_other(town):
    visitors = [await town.visitor() for _ in range(12)]
    lines = [town.says(visitor, f"{turn}") for turn in range(3) for visitor in visitors]
    await asyncio.gather(*lines)
    for visitor in visitors:
        assert sorted(await town.texts(visitor)) == ["0", "1", "2"]


async def test_writing_within_a_day_goes_on_with_the_conversation(town):
    visitor, root = await town.thread()
    await town.presses(root, "claim", "anna")
    await town.presses(root, "close", "anna")
    town.clock.forward(hours=23)
    await town.says(visitor, "one more thing")
    seen = await town.sees(visitor)
    assert (seen.conversation.number, seen.conversation.status, seen.conversation.spell) == (1, "waiting", 2)


async def test_writing_later_begins_another_one_and_shows_both(town, witness):
    visitor, root = await town.thread("long ago")
    await town.presses(root, "claim", "anna")
    await town.presses(root, "close", "anna")
    town.clock.forward(hours=25)
    await town.says(visitor, "again")
    seen = await town.sees(visitor)
    assert [number for _, number, _ in seen.messages] == [1, 1, 1, 2]
    assert witness.count("thread") == 2
    opening = await town.taken()
    while opening.delivery.kind is not Kind.OPEN:
        await town.delivered(opening)
        opening = await town.taken()
    assert opening.earlier == 1


async def test_a_days_share_of_conversations_is_kept(town):
    await town.thread()
    limited = replace(town.site, daily_limit=1)
    await ManagerDesk(town.store, town.clock).configure(limited, channel_at(WORKS, CHANNEL))
    with pytest.raises(Refused) as refused:
        await town.says(await town.visitor(), "too many")
    assert refused.value.code == "too_fast"


async def test_strangers_are_not_found(town):
    with pytest.raises(NotFound):
        await town.says(VisitorId("nobody"), "hello")
    with pytest.raises(NotFound):
        await town.visitors.known("no such token")


async def test_a_token_finds_its_visitor_and_is_not_stored(town, witness):
    token = await town.visitors.arrive(town.site, "fi")
    guest = await town.visitors.known(token)
    assert guest.visitor == Visitor(guest.visitor.id, town.site.id, "fi")
    assert guest.site == town.site
    assert witness.column("SELECT token_hash FROM visitor") == [hashed(token)]


async def test_an_address_left_is_kept_and_told_once(town, witness):
    visitor, _ = await town.thread()
    await town.visitors.leave_email(visitor, "maija@example.com")
    await town.visitors.leave_email(visitor, "maija@example.com")
    assert (await town.sees(visitor)).email
    assert witness.column("SELECT kind FROM delivery WHERE state = 'due' ORDER BY number") == ["notice", "card"]


async def test_text_arrives_as_it_was_written(town):
    visitor = await town.visitor()
    text = "naïve 🏕️ 'quotes' \"; DROP TABLE message; -- \\ %s :name {x}\n\tväli ä"
    await town.says(visitor, text)
    assert await town.texts(visitor) == [text]
