"""Whole conversations over the wire: a visitor by the protocol, agents by the pretend workplace, the bridge between."""

from __future__ import annotations

import asyncio
import json

from adapters.playground.workspace import ANNA, GUEST, MIKAEL, OUTSIDER, SARA, SUPPORT
from tests.world import World, until


async def test_words_reach_the_thread_and_the_answer_comes_back(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("Is size 44 in stock?", url="https://shop.example/shoes", title="Shoes")
    root = await world.card()
    assert "Is size 44 in stock?" in json.dumps(root["blocks"])
    assert "Shoes" in json.dumps(root["blocks"])
    await world.answers(ANNA, "Yes, two pairs: https://shop.example/44", root)
    answer = await visitor.sees("two pairs")
    assert answer["agent"]["name"] == "Anna"
    assert answer["body"][1] == {"link": "https://shop.example/44", "inside": ["https://shop.example/44"]}
    state = await visitor.stands("claimed")
    assert state["agent"]["name"] == "Anna"


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
    await world.answers(ANNA, "Hi!", root)
    await visitor.sees("Hi!")
    line = next(m for m in visitor.messages() if m.get("key") == key)
    await until(lambda: any(frame.get("seen", "") >= line["position"] for frame in visitor.frames))


async def test_an_earlier_claim_does_not_make_later_words_seen(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("one")
    await world.answers(ANNA, "Hi!", await world.card())
    await visitor.sees("Hi!")
    key = await visitor.say("two")
    await until(lambda: visitor.state_of(key) == "posted")
    line = next(m for m in visitor.messages() if m.get("key") == key)
    assert max(frame.get("seen", "") for frame in visitor.frames) < line["position"]


async def test_of_two_agents_one_wins_and_the_other_is_told(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("anybody?")
    root = await world.card()
    presses = (world.team.press(who, SUPPORT, root["ts"], "claim") for who in (ANNA, MIKAEL))
    await asyncio.gather(*presses)
    winner = (await visitor.stands("claimed"))["agent"]["name"]
    loser = MIKAEL if winner == "Anna" else ANNA
    told = await world.told(loser, "has already claimed")
    assert winner in told["text"]
    assert visitor.texts("notice") == [f"{winner} joined the chat"]
    await world.team.press(loser, SUPPORT, told["ts"], "takeover")
    await until(lambda: visitor.state["agent"]["name"] != winner)


async def test_two_answers_at_once_have_one_claimant(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("anybody?")
    root = await world.card()
    await asyncio.gather(world.answers(ANNA, "from Anna", root), world.answers(MIKAEL, "from Mikael", root))
    winner = (await visitor.stands("claimed"))["agent"]["name"]
    await until(lambda: visitor.texts("agent"))
    loser = MIKAEL if winner == "Anna" else ANNA
    told = await world.told(loser, "Not shown to the visitor")
    assert visitor.texts("agent") == [f"from {winner}"]
    await world.team.press(loser, SUPPORT, told["ts"], "join")
    await until(lambda: len(visitor.texts("agent")) == 2)
    await world.answers(loser, "and now freely", root)
    await visitor.sees("and now freely")


async def test_remarks_and_notes_stay_in_the_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(ANNA, "Hi there", root)
    await visitor.sees("Hi there")
    await world.answers(MIKAEL, "secret remark", root)
    await world.answers(ANNA, ";; secret note", root)
    await world.answers(ANNA, "note: secret note", root)
    await world.answers(ANNA, "@mikael.lind secret question", root)
    await world.answers(ANNA, "!note secret typed note", root)
    await world.answers(ANNA, "!secretcommand", root)
    await world.answers(GUEST, "secret of a guest", root)
    await world.answers(OUTSIDER, "secret of an outsider", root)
    await world.team.post_as_bot("Deploys", SUPPORT, "secret of a bot", root["ts"])
    await world.told(ANNA, "no command !secretcommand")
    await world.answers(ANNA, "Goodbye", root)
    await visitor.sees("Goodbye")
    assert visitor.texts("agent") == ["Hi there", "Goodbye"]
    assert "secret" not in json.dumps(visitor.frames)


async def test_a_mention_may_be_sent_anyway(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(ANNA, "@mikael.lind knows this, ask him", root)
    told = await world.told(ANNA, "because it mentions somebody")
    assert visitor.texts("agent") == []
    await world.team.press(ANNA, SUPPORT, told["ts"], "send")
    await visitor.sees("knows this, ask him")


async def test_commands_do_what_they_say(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(ANNA, "!claim", root)
    assert (await visitor.stands("claimed"))["agent"]["name"] == "Anna"
    await world.answers(SARA, "!takeover", root)
    await until(lambda: visitor.state["agent"] and visitor.state["agent"]["name"] == "Sara")
    await world.answers(SARA, "!release", root)
    await visitor.stands("waiting")
    await world.answers(SARA, "!help", root)
    assert "!takeover" in (await world.told(SARA, "!claim"))["text"]
    await world.answers(SARA, "!close", root)
    await visitor.stands("closed")
    assert visitor.texts("agent") == []


async def test_a_closed_chat_opens_again_in_the_same_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.team.press(ANNA, SUPPORT, root["ts"], "close")
    await visitor.stands("closed")
    await world.answers(ANNA, "too late, secret", root)
    told = await world.told(ANNA, "this chat is closed")
    await visitor.say("one more thing")
    await visitor.stands("waiting")
    await until(lambda: world.lines(root) == ["one more thing"])
    assert len(world.cards()) == 1
    assert "too late" not in " ".join(visitor.texts())
    await world.team.press(ANNA, SUPPORT, told["ts"], "send")
    await visitor.sees("too late, secret")


async def test_after_a_day_a_new_chat_begins_and_history_stays(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("first day")
    root = await world.card()
    await world.team.press(ANNA, SUPPORT, root["ts"], "close")
    await visitor.stands("closed")
    world.clock.forward(hours=25)
    await visitor.say("second day")
    second = await world.card(1)
    assert "Earlier chats" in json.dumps(second["blocks"])
    again = await visitor.another_tab()
    world.visitors.append(again)
    await again.sees("second day")
    assert again.texts("visitor") == ["first day", "second day"]


async def test_two_tabs_are_one_visitor(world: World) -> None:
    first = await world.visitor()
    second = await first.another_tab()
    world.visitors.append(second)
    await asyncio.gather(first.say("from the first tab"), second.say("from the second tab"))
    root = await world.card()
    await world.answers(ANNA, "I read both", root)
    await first.sees("I read both")
    await second.sees("I read both")
    assert first.texts() == second.texts()
    await until(lambda: len(world.lines(root)) == 1)
    assert len(world.cards()) == 1


async def test_a_restart_of_the_server_loses_nothing(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("before")
    root = await world.card()
    await world.restart()
    await until(lambda: visitor.closed_with == 1012)
    await world.answers(ANNA, "while you were away", root)
    await visitor.connect()
    await visitor.sees("while you were away")
    await visitor.say("after")
    await until(lambda: world.lines(root) == ["after"])
    assert visitor.texts("visitor") == ["before", "after"]


async def test_forty_lines_at_once_keep_one_order(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("zero")
    root = await world.card()
    await asyncio.gather(*(visitor.say(f"line {number}") for number in range(40)))
    await until(lambda: len(visitor.texts("visitor")) == 41)
    acknowledged = visitor.texts("visitor")[1:]
    await until(lambda: sum(line.count("line ") for line in world.lines(root)) == 40)
    assert "\n".join(world.lines(root)).split("\n") == acknowledged


async def test_a_long_first_message_arrives_whole(world: World) -> None:
    visitor = await world.visitor()
    text = " ".join(f"word{number}" for number in range(1100))
    assert len(text) > 8000
    await visitor.say(text)
    root = await world.card()
    await until(lambda: world.thread(root))
    elements = world.thread(root)[0]["blocks"]
    written = "".join(e["text"] for b in elements for part in b["elements"] for e in part["elements"])
    assert written == text


async def test_edits_and_removals_reach_the_visitor(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    ts = await world.answers(ANNA, "Prize: 100", root)
    await visitor.sees("Prize")
    await world.team.edit(ANNA, SUPPORT, ts, "Price: 100")
    assert (await visitor.sees("Price: 100"))["edited"]
    other = await world.answers(ANNA, "a slip", root)
    await visitor.sees("a slip")
    await world.team.delete(ANNA, SUPPORT, other)
    await until(lambda: any(said["removed"] for said in visitor.messages()))
    await world.team.edit(ANNA, SUPPORT, ts, ";; now a note")
    await until(lambda: sum(said["removed"] for said in visitor.messages()) == 2)
    assert all(said["body"] == [] for said in visitor.messages() if said["removed"])


async def test_a_message_in_the_channel_gets_a_hint(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    await world.team.say(MIKAEL, SUPPORT, "an answer in the wrong place")
    await world.told(MIKAEL, "write in the thread")
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


async def test_ending_and_leaving_an_address_show_in_the_thread(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    assert (await visitor.ask({"type": "email", "key": "a" * 8, "address": " kim@shop.example "}))["type"] == "ok"
    await until(lambda: any("kim@shop.example" in said["text"] for said in world.thread(root)))
    assert (await visitor.ask({"type": "end", "key": "b" * 8}))["type"] == "ok"
    await visitor.stands("closed")
    await until(lambda: any("ended the chat" in said["text"] for said in world.thread(root)))
    assert visitor.state["email"] is True


async def test_a_file_is_named_in_words(world: World) -> None:
    visitor = await world.visitor(language="fi")
    await visitor.say("Hei")
    root = await world.card()
    await world.team.share(ANNA, SUPPORT, {"secret-invoice.pdf": b"%PDF-1.7"}, root["ts"])
    await visitor.sees("Tiedosto – lähetämme sen sinulle muuta kautta.")
    await world.told(ANNA, "files do not reach them yet")
    assert "secret-invoice" not in json.dumps(visitor.frames)
