"""Stories of a workplace that needs our name in front of answers, tells little and gives nothing back to read."""

from __future__ import annotations

import asyncio
import json

import pytest

from adapters.playground.teams.verbs import Teams
from tests.world import Visitor, World, until

CALL = "begin each answer here with @Silta"


@pytest.fixture
def workplace() -> str:
    """Where all of them happen."""
    return "teams"


@pytest.fixture
def teams(world: World) -> Teams:
    """The other end."""
    return world.team.teams


async def opened(world: World, words: str = "is anybody there?") -> tuple[Visitor, dict[str, object]]:
    """A chat whose card stands, known to the bridge too."""
    visitor = await world.visitor()
    await visitor.say(words)
    root = await world.card(len(world.visitors) - 1)
    await until(lambda: visitor.messages() and visitor.messages()[-1]["state"] == "posted")
    return visitor, root


async def test_without_consent_only_what_calls_us_is_heard(world: World, teams: Teams) -> None:
    anna, support = world.persons.anna, world.place.support
    await teams.consent(False)
    visitor, root = await opened(world)
    assert CALL in str(root["words"])
    await world.answers(anna, "nobody hears this", root)
    await teams.say(anna, support, "I am here", str(root["ts"]), to_bot=True)
    await visitor.sees("I am here")
    await until(lambda: "has this chat" in world.cards()[0]["words"])
    assert CALL in world.cards()[0]["words"]
    await teams.say(anna, support, "!release", str(root["ts"]), to_bot=True)
    await visitor.stands("waiting")
    await teams.settled()
    assert visitor.texts("agent") == ["I am here"]
    assert "Silta" not in json.dumps(visitor.frames)


async def test_with_consent_the_call_goes_from_the_card_and_stays_away(world: World, teams: Teams) -> None:
    """One message that reached us without our name shows it, also to the next run."""
    anna = world.persons.anna
    visitor, root = await opened(world)
    assert CALL in str(root["words"])
    await world.answers(anna, "I am here", root)
    await visitor.sees("I am here")
    await until(lambda: "has this chat" in world.cards()[0]["words"])
    assert CALL not in world.cards()[0]["words"]
    await world.restart()
    _, second = await opened(world)
    assert CALL not in str(second["words"])


async def test_an_app_that_comes_anew_has_to_be_called_again(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    await world.answers(world.persons.anna, "I am here", root)
    await visitor.sees("I am here")
    await teams.consent(False)
    await teams.uninstall()
    await teams.install()
    await teams.settled()
    _, second = await opened(world)
    assert CALL in str(second["words"])


async def test_what_one_agent_should_know_stands_in_the_thread_under_their_name(world: World) -> None:
    anna, mikael = world.persons.anna, world.persons.mikael
    visitor, root = await opened(world)
    await world.answers(anna, "I am here", root)
    await visitor.sees("I am here")
    await world.answers(mikael, "shall I help?", root)
    told = await world.told(mikael, "Not shown to the visitor")
    assert told["thread"] == root["ts"]
    assert told["words"].startswith("@Mikael Lind")
    assert not world.place.calls_out(told, anna)
    await world.press(anna, told, "send")  # another's words are not hers to send
    await world.told(anna, "There is nothing to send")
    assert visitor.texts("agent") == ["I am here"]
    await world.press(mikael, told, "join")
    await visitor.sees("shall I help?")


async def test_what_is_written_in_the_channel_is_answered_under_it(world: World, teams: Teams) -> None:
    await opened(world)
    wrong = await world.place.say(world.persons.mikael, "an answer in the wrong place")
    told = await world.told(world.persons.mikael, "write in the thread")
    assert told["thread"] == wrong
    await world.place.say(world.persons.mikael, "and another")
    await teams.settled()
    assert len(world.place.told(world.persons.mikael)) == 1


async def test_agents_get_no_receipts_and_nothing_is_tried_for_them(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    await world.answers(world.persons.anna, "I am here", root)
    await visitor.sees("I am here")
    await until(lambda: "has this chat" in world.cards()[0]["words"])
    assert [post["reactions"] for post in world.thread(root)] == [{}]
    assert {call.method for call in teams.calls()} <= {"create", "send", "update", "member", "token", "openid", "keys"}


async def test_a_card_that_somebody_took_away_is_noticed_when_it_must_change(world: World) -> None:
    """Nobody tells us; lines go on below it until then, and the chat goes on in a new thread with all of it."""
    anna = world.persons.anna
    visitor, root = await opened(world)
    await world.place.remove_card(str(root["ts"]))
    await visitor.say("hello?")
    await until(lambda: world.lines(root) == ["hello?"])
    await world.answers(anna, "I am here", root)
    await visitor.sees("I am here")
    await until(world.cards)
    (second,) = world.cards()
    assert "This chat came from another thread" in second["words"]
    await until(lambda: world.thread(second))
    history = world.thread(second)[0]["words"]
    assert all(words in history for words in ("is anybody there?", "hello?", "I am here"))
    await visitor.say("are you still there?")
    await until(lambda: world.lines(second) == ["are you still there?"])
    await world.answers(anna, "yes, here", second)
    await visitor.sees("yes, here")


async def test_a_thread_of_which_nothing_is_left_is_noticed_by_the_next_line(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    del teams.stage.workspace.posts[world.place.support][str(root["ts"])]
    await visitor.say("hello?")
    second = await world.card()
    assert second["ts"] != root["ts"]
    await until(lambda: any("hello?" in post["words"] for post in world.thread(second)))
    await world.answers(world.persons.anna, "I am here", second)
    await visitor.sees("I am here")
    assert str([post["words"] for post in world.thread(second)]).count("hello?") == 1


async def test_a_card_whose_place_was_told_wrongly_is_followed_by_another(world: World, teams: Teams) -> None:
    """An id that merely is no message's looks right until something is sent there."""
    visitor = await world.visitor()
    world.place.fail("open_thread", "wrong_id")
    await visitor.say("is anybody there?")
    await world.card()
    await visitor.say("hello?")
    second = await world.card(1)
    await until(lambda: any("hello?" in post["words"] for post in world.thread(second)))
    await world.answers(world.persons.anna, "I am here", second)
    await visitor.sees("I am here")


async def test_a_conflict_is_no_doubt(world: World) -> None:
    """Somebody else's operation was quicker: nothing has happened, and nothing is marked."""
    visitor, root = await opened(world)
    world.place.fail("post", "conflict", times=2)
    await visitor.say("one")
    await visitor.say("two")
    await until(lambda: world.lines(root) == ["one", "two"])


async def test_tokens_that_end_early_are_renewed_without_a_word_lost(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    teams.expire_tokens()
    await visitor.say("one")

    def moved() -> bool:
        world.clock.forward(seconds=31)  # what is not taken waits for a person, or for half a minute
        world.bridge.courier.signals.ring("outbox")
        return world.lines(root) == ["one"]

    await until(moved)


async def test_what_is_not_proven_changes_nothing(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    for forged in ("unsigned", "foreign_key"):
        teams.events(forged)
        await world.answers(world.persons.anna, f"secret {forged}", root)
    await teams.settled()
    assert {status for one in teams.deliveries for status in one.statuses} == {401}
    await world.answers(world.persons.anna, "I am here", root)
    await visitor.sees("I am here")
    assert "secret" not in json.dumps(visitor.frames)


async def test_copies_and_late_ones_are_one_in_the_order_of_writing(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    await world.answers(world.persons.anna, "zero", root)
    await visitor.sees("zero")
    teams.events("late", seconds=0.5)
    teams.events("twice", times=2)
    for words in ("one", "two", "three"):
        await world.answers(world.persons.anna, words, root)
    await visitor.sees("one")
    await teams.settled()
    await until(lambda: visitor.texts("agent") == ["zero", "one", "two", "three"])


async def test_rich_words_keep_their_form(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    html = '<p>See <a href="https://shop.example/44">size 44</a>, <strong>two</strong> pairs</p><ul><li>red</li></ul>'
    await teams.say_html(world.persons.anna, world.place.support, html, str(root["ts"]))
    said = await visitor.sees("size 44")
    assert {"bold": "", "inside": ["two"]} in said["body"]
    assert any(isinstance(node, dict) and node.get("link") == "https://shop.example/44" for node in said["body"])
    assert "red" in said["text"]


async def test_a_removal_that_is_taken_back_stays_a_removal(world: World, teams: Teams) -> None:
    """What a visitor saw go does not come back by itself; its author is free to write it again."""
    visitor, root = await opened(world)
    said = await world.answers(world.persons.anna, "the price is 10", root)
    await visitor.sees("the price is 10")
    await world.place.delete(world.persons.anna, said)
    await until(lambda: visitor.messages()[-1]["removed"])
    await teams.undelete(world.persons.anna, world.place.support, said)
    await teams.settled()
    assert visitor.texts("agent") == [""]


async def test_two_who_press_at_once_have_one_claimant_and_both_get_an_answer(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    both = (world.persons.anna, world.persons.mikael)
    presses = (teams.press(who, world.place.support, str(root["ts"]), "claim") for who in both)
    answers = await asyncio.gather(*presses)
    assert [answer.status for answer in answers] == [200, 200]
    await visitor.stands("claimed")
    assert len(visitor.texts("notice")) == 1


async def test_an_old_client_presses_too(world: World, teams: Teams) -> None:
    visitor, root = await opened(world)
    await teams.press(world.persons.anna, world.place.support, str(root["ts"]), "claim", as_submit=True)
    await visitor.stands("claimed")
    assert visitor.texts("notice") == ["Anna Virtanen joined the chat"]


async def test_first_words_with_empty_lines_open_a_chat(world: World) -> None:
    visitor, root = await opened(world, "Dear shop,\n\n\nwhere is my parcel?\n\nKim")
    assert [line for line in str(root["words"]).split("\n") if line in ("Dear shop,", "Kim")] == ["Dear shop,", "Kim"]
    assert visitor.messages()[0]["state"] == "posted"


async def test_a_page_whose_title_nobody_can_see_opens_a_chat(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello", url="", title="\u2060")
    await world.card()
