"""What agents do in threads, on every store."""

import asyncio

from bridge import markup
from bridge.model import Receipt, Status
from tests.storage.town import POSTS

MINE = "SELECT claimant FROM conversation"


async def test_one_of_many_claims_wins(town, witness):
    visitor, root = await town.thread()
    agents = [f"agent{number}" for number in range(8)]
    await asyncio.gather(*[town.presses(root, "claim", agent) for agent in agents])
    assert witness.number("SELECT count(*) FROM message WHERE notice = 'agent_joined'") == 1
    winner = (await town.sees(visitor)).claimant
    assert winner is not None
    assert witness.one(MINE) == winner.id
    losers = witness.column("SELECT to_ref FROM delivery WHERE words = 'claimed_by_other' ORDER BY to_ref")
    assert losers == sorted(set(agents) - {winner.ref})


async def test_the_first_answers_at_once_have_one_claimant(town, witness):
    visitor, root = await town.thread()
    await asyncio.gather(town.answers(root, "mine", author="anna"), town.answers(root, "no, mine", author="mikael"))
    assert len(await town.texts(visitor)) == 3  # the visitor's, who joined, and the winner's answer
    assert witness.number("SELECT count(*) FROM message WHERE visibility = 'internal'") == 1


async def test_copies_of_an_event_are_one_message(town):
    visitor, root = await town.thread()
    copies = [town.answers(root, "hi", ref="r1") for _ in range(5)]
    await asyncio.gather(*copies)
    assert await town.texts(visitor) == ["hello", "agent_joined", "hi"]


async def test_copies_of_a_press_are_one_press(town, witness):
    _, root = await town.thread()
    await town.presses(root, "claim", "anna")
    await asyncio.gather(*[town.presses(root, "release", "anna", key="same") for _ in range(5)])
    assert witness.number("SELECT spell FROM conversation") == 2
    assert witness.number("SELECT count(*) FROM delivery WHERE words = 'not_yours'") == 0


async def test_what_is_internal_is_never_seen_and_leaves_no_gap(town, witness):
    visitor, root = await town.thread()
    await town.answers(root, "hi")
    before = await town.sees(visitor)
    await town.answers(root, ";; a note")
    await town.answers(root, "a remark", author="mikael")
    await town.answers(root, "!note another")
    assert (await town.sees(visitor, before.upto)).messages == ()
    assert (await town.sees(visitor, before.upto)).upto == before.upto
    await town.answers(root, "there")
    after = await town.sees(visitor, before.upto)
    assert [markup.plain(said.body) for said, _, _ in after.messages] == ["there"]
    changes = witness.column("SELECT change FROM message WHERE change > 0 ORDER BY change")
    assert len(set(changes)) == len(changes)
    assert int(changes[-1]) == int(before.upto.split(".")[1]) + 1
    assert witness.number("SELECT count(*) FROM message WHERE visibility = 'internal' AND change <> 0") == 0


async def test_late_answers_stand_where_they_belong_and_visitors_lines_never_move(town):
    visitor, root = await town.thread("first")
    await town.answers(root, "third", ref="30")
    await town.says(visitor, "between")
    await town.answers(root, "fourth", ref="40")
    await town.answers(root, "second", ref="20")
    await town.answers(root, "earliest", ref="10")
    expected = ["first", "agent_joined", "earliest", "second", "third", "between", "fourth"]
    assert await town.texts(visitor) == expected


async def test_orders_compare_byte_by_byte(town):
    """A language's rules would sort a before B; the outside's own order does not."""
    visitor, root = await town.thread("first")
    await town.answers(root, "small", order="1.a")
    await town.answers(root, "great", order="1.B")
    assert await town.texts(visitor) == ["first", "agent_joined", "great", "small"]


async def test_a_late_answer_comes_as_news_to_whoever_has_seen_the_rest(town):
    visitor, root = await town.thread()
    await town.answers(root, "later", ref="20")
    cursor = (await town.sees(visitor)).upto
    await town.answers(root, "earlier", ref="10")
    news = await town.sees(visitor, cursor)
    assert not news.reset
    assert [markup.plain(said.body) for said, _, _ in news.messages] == ["earlier"]


async def test_a_removal_that_comes_first_swallows_the_message(town, witness):
    visitor, root = await town.thread()
    await town.removes(root, "r1")
    await town.answers(root, "regretted", ref="r1")
    assert await town.texts(visitor) == ["hello"]
    assert witness.number("SELECT count(*) FROM message WHERE ref = 'r1'") == 1


async def test_what_was_shown_and_removed_leaves_an_empty_place(town):
    visitor, root = await town.thread()
    await town.answers(root, "oops", ref="r1")
    cursor = (await town.sees(visitor)).upto
    await town.removes(root, "r1")
    await town.removes(root, "r1")
    (said, _, _), *rest = (await town.sees(visitor, cursor)).messages
    assert (said.body, said.removed, rest) == ((), True, [])


async def test_the_last_edit_wins_by_its_own_time(town):
    visitor, root = await town.thread()
    await town.answers(root, "one", ref="r1")
    await town.agents.edited(town.heard(root, "three", ref="r1", changed="9"))
    await town.agents.edited(town.heard(root, "two", ref="r1", changed="8"))
    assert await town.texts(visitor) == ["hello", "agent_joined", "three"]


async def test_an_edit_whose_message_never_came_is_the_message(town):
    visitor, root = await town.thread()
    await town.agents.edited(town.heard(root, "whole", ref="r1", changed="9"))
    await town.answers(root, "hole", ref="r1")
    assert await town.texts(visitor) == ["hello", "agent_joined", "whole"]


async def test_agents_have_seen_what_stood_in_the_thread_when_they_acted(town):
    visitor, root = await town.thread()
    await town.says(visitor, "not carried yet")
    await town.answers(root, "hi")
    assert (await town.sees(visitor)).conversation.seen == 1
    await town.carry(POSTS)
    await town.answers(root, "now I see")
    seen = await town.sees(visitor)
    places = {markup.plain(said.body): said.place for said, _, _ in seen.messages}
    assert seen.conversation.seen == places["not carried yet"]
    assert {said.receipt for said, _, _ in seen.messages if said.visitor} == {Receipt.POSTED}


async def test_a_close_and_an_answer_at_once_end_in_one_of_two_ways(town, witness):
    """The thread that a turn read before it had its lock may be another one by then."""
    visitor, root = await town.thread()
    await town.knows("anna", "mikael")
    await town.presses(root, "claim", "anna")
    for number in range(5):
        closing = town.presses(root, "close", "anna")
        writing = town.says(visitor, f"line {number}")
        await asyncio.gather(closing, writing)
        status = (await town.sees(visitor)).conversation.status
        expected = "closed" if status is Status.CLOSED else "active"
        assert witness.one("SELECT state FROM thread") == expected


async def test_a_new_name_is_shown_to_those_who_talk_with_it(town, signals):
    visitor, root = await town.thread()
    await town.presses(root, "claim", "anna")
    signals.rung.clear()
    town.clock.forward(hours=25)
    await town.answers(root, "hi")
    assert f"visitor:{visitor}" in signals.rung
    agent = (await town.sees(visitor)).claimant
    assert (agent.name, agent.fresh_at) == ("Anna", (await town.sees(visitor)).messages[-1][2].fresh_at)


async def test_an_answer_in_the_channel_gets_one_hint_in_a_while(town, witness):
    await town.thread()
    for number in range(3):
        await town.answers("", f"hello? {number}")
    assert witness.number("SELECT count(*) FROM delivery WHERE kind = 'tell'") == 1
