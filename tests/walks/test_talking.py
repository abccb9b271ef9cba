"""Whole conversations over the wire: a visitor by the protocol, agents by the pretend workplace, the bridge between."""

from __future__ import annotations

import asyncio
import json
import re

from adapters.playground.workspace import ANNA, SUPPORT
from tests.world import BOTH, World, until


def the_other(world: World, winner: str) -> str:
    """Of Anna and Mikael."""
    return world.persons.mikael if winner == world.place.name(world.persons.anna) else world.persons.anna


@BOTH
async def test_words_reach_the_thread_and_the_answer_comes_back(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("Is size 44 in stock?", url="https://shop.example/shoes", title="Shoes")
    root = await world.card()
    assert "Is size 44 in stock?" in root["words"]
    assert "Shoes" in root["words"]
    await world.answers(world.persons.anna, "Yes, two pairs: https://shop.example/44", root)
    answer = await visitor.sees("two pairs")
    assert answer["agent"]["name"] == world.place.name(world.persons.anna)
    assert "https://shop.example/44" in answer["text"]
    state = await visitor.stands("claimed")
    assert state["agent"]["name"] == world.place.name(world.persons.anna)


@BOTH
async def test_a_line_is_sent_then_posted_then_seen(world: World) -> None:
    visitor = await world.visitor()
    key = await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.state_of(key) == "posted")
    states = [
        m["state"] for f in visitor.frames if f["type"] == "changes" for m in f["messages"] if m.get("key") == key
    ]
    assert states in (["sent", "posted"], ["posted"])
    assert not any(frame.get("seen") for frame in visitor.frames)
    await world.answers(world.persons.anna, "Hi!", root)
    await visitor.sees("Hi!")
    line = next(m for m in visitor.messages() if m.get("key") == key)
    await until(lambda: any(frame.get("seen", "") >= line["position"] for frame in visitor.frames))


@BOTH
async def test_an_earlier_claim_does_not_make_later_words_seen(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("one")
    await world.answers(world.persons.anna, "Hi!", await world.card())
    await visitor.sees("Hi!")
    key = await visitor.say("two")
    await until(lambda: visitor.state_of(key) == "posted")
    line = next(m for m in visitor.messages() if m.get("key") == key)
    assert max(frame.get("seen", "") for frame in visitor.frames) < line["position"]


@BOTH
async def test_of_two_agents_one_wins_and_the_other_is_told(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("anybody?")
    root = await world.card()
    presses = (world.press(who, root, "claim") for who in (world.persons.anna, world.persons.mikael))
    await asyncio.gather(*presses)
    winner = (await visitor.stands("claimed"))["agent"]["name"]
    loser = the_other(world, winner)
    told = await world.told(loser, "has already claimed")
    assert winner in told["words"]
    assert visitor.texts("notice") == [f"{winner} joined the chat"]
    await world.press(loser, told, "takeover")
    await until(lambda: visitor.state["agent"]["name"] != winner)


@BOTH
async def test_two_answers_at_once_have_one_claimant(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("anybody?")
    root = await world.card()
    await asyncio.gather(
        *(
            world.answers(who, f"from {world.place.name(who)}", root)
            for who in (world.persons.anna, world.persons.mikael)
        )
    )
    winner = (await visitor.stands("claimed"))["agent"]["name"]
    await until(lambda: visitor.texts("agent"))
    loser = the_other(world, winner)
    told = await world.told(loser, "Not shown to the visitor")
    assert visitor.texts("agent") == [f"from {winner}"]
    await world.press(loser, told, "join")
    await until(lambda: len(visitor.texts("agent")) == 2)
    await world.answers(loser, "and now freely", root)
    await visitor.sees("and now freely")


@BOTH
async def test_remarks_and_notes_stay_in_the_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(world.persons.anna, "Hi there", root)
    await visitor.sees("Hi there")
    await world.answers(world.persons.mikael, "secret remark", root)
    await world.answers(world.persons.anna, ";; secret note", root)
    await world.answers(world.persons.anna, "note: secret note", root)
    await world.answers(world.persons.anna, f"{world.place.mention(world.persons.mikael)} secret question", root)
    await world.answers(world.persons.anna, "!note secret typed note", root)
    await world.answers(world.persons.anna, "!secretcommand", root)
    for stranger in world.place.strangers:
        await world.answers(stranger, "secret of a stranger", root)
    await world.place.other_app("secret of a bot", root["ts"])
    await world.told(world.persons.anna, "no command !secretcommand")
    await world.answers(world.persons.anna, "Goodbye", root)
    await visitor.sees("Goodbye")
    assert visitor.texts("agent") == ["Hi there", "Goodbye"]
    assert "secret" not in json.dumps(visitor.frames)


@BOTH
async def test_a_mention_may_be_sent_anyway(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(world.persons.anna, f"{world.place.mention(world.persons.mikael)} knows this, ask him", root)
    told = await world.told(world.persons.anna, "because it mentions somebody")
    assert visitor.texts("agent") == []
    await world.press(world.persons.anna, told, "send")
    await visitor.sees("knows this, ask him")


@BOTH
async def test_commands_do_what_they_say(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(world.persons.anna, "!claim", root)
    assert (await visitor.stands("claimed"))["agent"]["name"] == world.place.name(world.persons.anna)
    await world.answers(world.persons.sara, "!takeover", root)
    await until(
        lambda: visitor.state["agent"] and visitor.state["agent"]["name"] == world.place.name(world.persons.sara)
    )
    await world.answers(world.persons.sara, "!release", root)
    await visitor.stands("waiting")
    await world.answers(world.persons.sara, "!help", root)
    assert "!takeover" in (await world.told(world.persons.sara, "!claim"))["words"]
    await world.answers(world.persons.sara, "!close", root)
    await visitor.stands("closed")
    assert visitor.texts("agent") == []


@BOTH
async def test_a_closed_chat_opens_again_in_the_same_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.press(world.persons.anna, root, "close")
    await visitor.stands("closed")
    await world.answers(world.persons.anna, "too late, secret", root)
    told = await world.told(world.persons.anna, "this chat is closed")
    await visitor.say("one more thing")
    await visitor.stands("waiting")
    await until(lambda: world.lines(root) == ["one more thing"])
    assert len(world.cards()) == 1
    assert "too late" not in " ".join(visitor.texts())
    await world.press(world.persons.anna, told, "send")
    await visitor.sees("too late, secret")


@BOTH
async def test_after_a_day_a_new_chat_begins_and_history_stays(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("first day")
    root = await world.card()
    await world.press(world.persons.anna, root, "close")
    await visitor.stands("closed")
    world.clock.forward(hours=25)
    await visitor.say("second day")
    second = await world.card(1)
    assert "Earlier chats" in second["words"]
    again = await visitor.another_tab()
    world.visitors.append(again)
    await again.sees("second day")
    assert again.texts("visitor") == ["first day", "second day"]


@BOTH
async def test_two_tabs_are_one_visitor(world: World) -> None:
    first = await world.visitor()
    second = await first.another_tab()
    world.visitors.append(second)
    await asyncio.gather(first.say("from the first tab"), second.say("from the second tab"))
    root = await world.card()
    await world.answers(world.persons.anna, "I read both", root)
    await first.sees("I read both")
    await second.sees("I read both")
    assert first.texts() == second.texts()
    await until(lambda: len(world.lines(root)) == 1)
    assert len(world.cards()) == 1


@BOTH
async def test_a_restart_of_the_server_loses_nothing(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("before")
    root = await world.card()
    await world.restart()
    await until(lambda: visitor.closed_with == 1012)
    await world.answers(world.persons.anna, "while you were away", root)
    await visitor.connect()
    await visitor.sees("while you were away")
    await visitor.say("after")
    await until(lambda: world.lines(root) == ["after"])
    await until(lambda: visitor.texts("visitor") == ["before", "after"])


@BOTH
async def test_forty_lines_at_once_keep_one_order(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("zero")
    root = await world.card()
    await asyncio.gather(*(visitor.say(f"line {number}") for number in range(40)))
    await until(lambda: len(visitor.texts("visitor")) == 41)
    acknowledged = visitor.texts("visitor")[1:]
    await until(lambda: sum(line.count("line ") for line in world.lines(root)) == 40)
    assert "\n".join(world.lines(root)).split("\n") == acknowledged


@BOTH
async def test_a_long_first_message_arrives_whole(world: World) -> None:
    visitor = await world.visitor()
    text = " ".join(f"word{number}" for number in range(1100))
    assert len(text) > 8000
    await visitor.say(text)
    root = await world.card()
    await until(lambda: world.thread(root))
    written = " ".join(post["words"] for post in world.thread(root))
    assert re.findall(r"word\d+", written) == text.split()


@BOTH
async def test_edits_and_removals_reach_the_visitor(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    ts = await world.answers(world.persons.anna, "Prize: 100", root)
    await visitor.sees("Prize")
    await world.place.edit(world.persons.anna, ts, "Price: 100")
    assert (await visitor.sees("Price: 100"))["edited"]
    other = await world.answers(world.persons.anna, "a slip", root)
    await visitor.sees("a slip")
    await world.place.delete(world.persons.anna, other)
    await until(lambda: any(said["removed"] for said in visitor.messages()))
    await world.place.edit(world.persons.anna, ts, ";; now a note")
    await until(lambda: sum(said["removed"] for said in visitor.messages()) == 2)
    assert all(said["body"] == [] for said in visitor.messages() if said["removed"])


@BOTH
async def test_a_message_in_the_channel_gets_a_hint(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    await world.place.say(world.persons.mikael, "an answer in the wrong place")
    await world.told(world.persons.mikael, "write in the thread")
    assert visitor.texts("agent") == []


async def test_a_broadcast_reply_and_me_reach_the_visitor_once(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.team.say(ANNA, SUPPORT, "to all", root["ts"], how="broadcast")
    await visitor.sees("to all")
    await world.team.say(ANNA, SUPPORT, "waves", root["ts"], how="me")
    await visitor.sees("waves")
    assert visitor.texts("agent") == ["to all", "waves"]


@BOTH
async def test_ending_and_leaving_an_address_show_in_the_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    assert (await visitor.ask({"type": "email", "key": "a" * 8, "address": " kim@shop.example "}))["type"] == "ok"
    await until(lambda: any("kim@shop.example" in said["words"] for said in world.thread(root)))
    assert (await visitor.ask({"type": "end", "key": "b" * 8}))["type"] == "ok"
    await visitor.stands("closed")
    await until(lambda: any("ended the chat" in said["words"] for said in world.thread(root)))
    assert visitor.state["email"] is True


@BOTH
async def test_a_file_is_named_in_words(world: World) -> None:
    visitor = await world.visitor(language="fi")
    await visitor.say("Hei")
    root = await world.card()
    await world.place.share(world.persons.anna, "secret-invoice.pdf", root["ts"])
    await visitor.sees("Tiedosto – lähetämme sen sinulle muuta kautta.")
    await world.told(world.persons.anna, "files do not reach them yet")
    assert "secret-invoice" not in json.dumps(visitor.frames)
