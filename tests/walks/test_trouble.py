"""Whole conversations while the network or the workplace fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.playground import Rules
from adapters.playground.workspace import ANNA, BILLING, MIKAEL, SUPPORT
from tests.world import BOTH, World, a_world, until

LOST = ["cut_before", "error_before"]
DOUBTFUL = ["cut_after", "error_after", "unreadable", "truncated"]
CAVEAT = "(sent again, as it was not certain that it had arrived)"


@BOTH
@pytest.mark.parametrize("kind", [*LOST, *DOUBTFUL])
async def test_a_doubtful_line_stands_once_or_says_that_it_may_not(world: World, kind: str) -> None:
    """Where nothing can be read back, what is sent again says so, and only that."""
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    world.place.fail("post", kind)
    await visitor.say("in doubt")
    await visitor.say("after it")
    await _time_passes_until(world, lambda: any("after it" in line for line in world.lines(root)))
    is_first_there = world.can.read_back or kind in DOUBTFUL
    again = [] if world.can.read_back else [f"{CAVEAT}\nin doubt"]
    assert world.lines(root) == [*(["in doubt"] if is_first_there else []), *again, "after it"]
    await _time_passes_until(world, lambda: [said["state"] for said in visitor.messages()] == ["posted"] * 3)


@BOTH
async def test_after_a_long_outage_a_line_stands_once(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    world.place.fail("post", "error_before", 4)
    key = await visitor.say("does anybody read this?")
    await _time_passes_until(world, lambda: visitor.state_of(key) == "posted")
    again = "" if world.can.read_back else f"{CAVEAT}\n"
    assert world.lines(root) == [f"{again}does anybody read this?"]


@BOTH
async def test_after_a_restart_in_doubt_a_line_stands_once_or_says_that_it_may_not(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    world.place.fail("post", "cut_after")
    key = await visitor.say("in doubt")
    await until(lambda: world.lines(root) == ["in doubt"])
    await world.restart()
    await visitor.connect()
    await _time_passes_until(world, lambda: visitor.state_of(key) == "posted")
    again = [] if world.can.read_back else [f"{CAVEAT}\nin doubt"]
    assert world.lines(root) == ["in doubt", *again]


async def test_a_line_whose_place_was_told_wrongly_stands_once(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    world.place.fail("post", "wrong_place")
    await visitor.say("in doubt")
    await visitor.say("after it")
    await _time_passes_until(world, lambda: len(world.lines(root)) == 2)
    assert world.lines(root) == ["in doubt", "after it"]
    await _time_passes_until(world, lambda: [said["state"] for said in visitor.messages()] == ["posted"] * 3)


@BOTH
async def test_a_doubtful_card_stands_once_or_says_that_it_may_not(world: World) -> None:
    visitor = await world.visitor()
    world.place.fail("open_thread", "cut_after")
    await visitor.say("hello")
    copies = 1 if world.can.read_back else 2
    await _time_passes_until(world, lambda: len(world.cards()) == copies)
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    root = world.cards()[-1]
    await world.answers(world.persons.anna, "I answer at once", root)
    await visitor.sees("I answer at once")
    assert ["Repeated" in card["words"] for card in world.cards()] == [False, True][:copies]


async def _time_passes_until(world: World, happened: object) -> None:
    """A post that was not found is sent again only when late effects are over: the test moves the clock."""
    assert callable(happened)

    def moved() -> bool:
        world.clock.forward(seconds=1)
        world.bridge.courier.signals.ring("outbox")
        return bool(happened())

    await until(moved)


@BOTH
async def test_a_line_that_is_refused_for_good_is_told_to_both_sides(world: World, workplace: str) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    world.place.fail("post", "error:MessageSizeTooBig" if workplace == "teams" else "error:invalid_blocks")
    key = await visitor.say("refused")
    await until(lambda: visitor.state_of(key) == "undelivered")
    await until(lambda: any("could not be shown here" in said["words"] for said in world.thread(root)))
    await visitor.say("refused", key=key)
    await until(lambda: visitor.state_of(key) == "posted")
    assert world.lines(root) == ["refused"]


@BOTH
async def test_words_wait_while_silence_is_asked_for(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    world.place.fail("post", "limited", 2, 1)
    await visitor.say("one")
    await visitor.say("two")
    assert all(said["state"] in ("sent", "posted") for said in visitor.messages())
    await _time_passes_until(world, lambda: "\n".join(world.lines(root)) == "one\ntwo")


@BOTH
async def test_words_wait_while_the_app_is_out(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    await world.place.take_out()
    key = await visitor.say("does anybody read this?")
    other = await world.visitor()
    await other.say("nor this?")
    await until(lambda: world.bridge.courier.troubles)
    assert visitor.state_of(key) == "sent"
    await world.place.put_back()
    await until(lambda: world.lines(root) == ["does anybody read this?"])
    await until(lambda: len(world.cards()) == 2)
    await until(lambda: not world.bridge.courier.troubles)


@BOTH
async def test_words_wait_while_our_credentials_are_not_taken(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    await world.place.token(revoked=True)
    key = await visitor.say("does anybody read this?")
    await until(lambda: world.bridge.courier.troubles)
    assert visitor.state_of(key) == "sent"
    await world.place.token(revoked=False)
    await _time_passes_until(world, lambda: world.lines(root))
    assert world.lines(root) == ["does anybody read this?"]


async def test_a_deleted_card_moves_the_chat_with_its_history(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await world.answers(ANNA, "Hi, I am Anna", root)
    await visitor.sees("I am Anna")
    await world.team.delete(world.team.stage.workspace.bot.user_id, SUPPORT, root["ts"])
    second = await _new_card(world, root)
    await until(
        lambda: any("Hi, I am Anna" in said["text"] + json.dumps(said["blocks"]) for said in world.thread(second))
    )
    await visitor.say("are you still there?")
    await until(lambda: world.lines(second) == ["are you still there?"])
    await world.answers(ANNA, "yes, here", second)
    await visitor.sees("yes, here")


async def _new_card(world: World, old: dict[str, object]) -> dict[str, object]:
    def found() -> dict[str, object] | None:
        return next((card for card in world.cards() if card["ts"] != old["ts"] and card.get("blocks")), None)

    card: dict[str, object] = await until(found)
    return card


async def test_what_happened_while_we_were_away_is_made_up_for(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    wrong = await world.answers(ANNA, "the price is 10", root)
    slip = await world.answers(ANNA, "a slip", root)
    await visitor.sees("a slip")
    world.clock.forward(minutes=1)
    await world.stop()
    world.team.socket("drop_events", 20)
    await world.team.edit(ANNA, SUPPORT, wrong, "the price is 100")
    await world.team.delete(ANNA, SUPPORT, slip)
    await world.answers(ANNA, "written meanwhile", root)
    await world.answers(MIKAEL, "secret remark", root)
    await world.start()
    await visitor.connect()
    await visitor.sees("written meanwhile")
    await visitor.sees("the price is 100")
    await until(lambda: any(said["removed"] for said in visitor.messages()))
    assert "secret" not in json.dumps(visitor.frames)
    assert visitor.texts("agent") == ["the price is 100", "", "written meanwhile"]


async def test_another_channel_in_the_settings_takes_over_what_waits(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    await until(lambda: visitor.messages() and visitor.messages()[0]["state"] == "posted")
    await world.team.membership(SUPPORT, is_archived=True)
    await visitor.say("does anybody read this?")
    await world.stop()
    await world.start(slack_channel=BILLING)

    def card() -> list[dict[str, object]]:
        return [said for said in world.team.messages(BILLING) if said.get("bot_id")]

    await _time_passes_until(world, card)
    there = str(card()[0]["ts"])
    await _time_passes_until(
        world, lambda: any(said["text"] == "does anybody read this?" for said in world.team.thread(BILLING, there))
    )
    assert root["ts"] != there


@BOTH
async def test_only_what_the_limits_allow_is_called(tmp_path: Path, workplace: str) -> None:
    async with a_world(tmp_path, workplace=workplace, rules=Rules(limits=True), teams_pace="on") as world:
        await world.start()
        visitor = await world.visitor()
        for number in range(12):
            await visitor.say(f"line {number}")
        root = await world.card()
        await until(lambda: sum(text.count("line") for text in world.lines(root)) == 11)
        assert world.place.calls_in_haste() == []
