"""What time does: nobody claims, the chat is over, nobody writes any more. The test moves the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.playground.workspace import SUPPORT
from tests.world import BOTH, PATIENCE, Visitor, World, a_world, until

TEAM = "team@shop.example"
FILE = f"""
[channels.support]
workplace = "$WORKPLACE"
id = "$SUPPORT"
digest_above = 3
[[channels.support.escalation]]
after = "2m"
notify = true
[[channels.support.escalation]]
after = "5m"
mention = "$SARA"
[[channels.support.escalation]]
after = "10m"
channel = "billing"
[[channels.support.escalation]]
after = "20m"
mail = "oncall@shop.example"
[channels.billing]
workplace = "$WORKPLACE"
id = "$BILLING"
[sites.main]
name = "Kauppa"
origins = ["ORIGIN"]
channel = "support"
[sites.main.transcripts]
to_team = "{TEAM}"
[sites.main.idle]
warn_after = "15m"
close_after = "5m"
"""
OFFICE = FILE.replace(
    "digest_above = 3",
    'digest_above = 3\n[channels.support.hours]\nzone = "Europe/Helsinki"\n'
    + "\n".join(f'{day} = ["09:00-17:00"]' for day in ("monday", "tuesday", "wednesday", "thursday", "friday")),
)
HELSINKI = ZoneInfo("Europe/Helsinki")


async def waits(world: World, text: str = FILE) -> tuple[Visitor, dict[str, Any]]:
    """A visitor who has written, with their card."""
    await world.configure(text)
    visitor = await world.visitor()
    await visitor.say("is anybody there?")
    return visitor, await world.card()


def said(world: World, root: dict[str, Any], words: str) -> list[dict[str, Any]]:
    return [reply for reply in world.thread(root) if words in reply["words"]]


def there(world: World, root: dict[str, Any]) -> list[dict[str, Any]]:
    """The replies of a thread in the second channel."""
    return world.place.thread(root["ts"], world.place.billing)


@BOTH
async def test_nobody_claims(world: World) -> None:
    """A notice that the channel sees, a call by name, a thread in the second channel, a mail: each once."""
    visitor, root = await waits(world)
    await world.passes(seconds=119)
    assert said(world, root, "has waited") == []
    await world.passes(seconds=2)
    notice = (await until(lambda: said(world, root, "has waited 2 minutes")))[0]
    assert world.place.is_loud(notice)
    await until(lambda: "late" in world.cards()[0]["words"])
    await world.passes(minutes=3)
    called = (await until(lambda: said(world, root, "has waited 5 minutes")))[0]
    assert world.place.calls_out(called, world.persons.sara)
    await visitor.say("hello?")
    await until(lambda: world.lines(root) == ["hello?"])
    await world.passes(minutes=5)
    second = (await until(lambda: world.place.cards(world.place.billing)))[0]
    await until(lambda: said(world, root, "It goes on in the channel billing"))
    await until(lambda: any("hello?" in reply["words"] for reply in there(world, second)))
    await visitor.say("still here")
    await until(lambda: "still here" in there(world, second)[-1]["words"])
    assert not said(world, root, "still here")
    await world.passes(minutes=10)
    mail = (await until(lambda: world.team.mails_to("oncall@shop.example")))[0]
    assert "has waited 20 minutes" in mail.subject
    assert "still here" in mail.text
    await world.passes(hours=20)
    assert len(world.team.mails) == 1
    assert len(said(world, root, "has waited")) == 2
    await world.place.say(world.persons.anna, "I am here now", second["ts"], world.place.billing)
    await visitor.sees("I am here now")
    assert visitor.state["status"] == "claimed"


@BOTH
async def test_a_claim_silences_everything(world: World) -> None:
    visitor, root = await waits(world)
    await world.passes(minutes=2)
    await until(lambda: said(world, root, "has waited"))
    world.place.fail("post", "limited", seconds=2)
    await world.passes(minutes=3)  # the second level is due, and cannot leave just now
    await world.answers(world.persons.anna, "here I am", root)
    await visitor.sees("here I am")
    await world.passes(hours=1)
    await world.answers(world.persons.anna, "and stay", root)
    await visitor.sees("and stay")
    assert len(said(world, root, "has waited")) == 1
    assert world.place.cards(world.place.billing) == []
    assert world.team.mails_to("oncall@shop.example") == []


@BOTH
async def test_who_waits_anew_calls_anew(world: World) -> None:
    visitor, root = await waits(world)
    await world.answers(world.persons.anna, "here I am", root)
    await visitor.sees("here I am")
    await world.answers(world.persons.anna, "!release", root)
    await until(lambda: visitor.state["status"] == "waiting")
    await world.passes(minutes=2, seconds=5)
    await until(lambda: said(world, root, "has waited 2 minutes"))


@BOTH
async def test_after_a_downtime_the_highest_level_speaks_for_all(world: World) -> None:
    _, root = await waits(world)
    await world.stop()
    world.clock.forward(minutes=6)
    await world.start()
    await until(lambda: said(world, root, "has waited 6 minutes"))
    await world.passes(seconds=1)
    assert len(said(world, root, "has waited")) == 1
    assert world.place.calls_out(said(world, root, "has waited")[0], world.persons.sara)


@BOTH
async def test_nobody_claims_over_a_closing_hour(world: World) -> None:
    """A minute before five in Helsinki, the level of two minutes comes a minute after nine."""
    await at(world, 16, 59)
    _, root = await waits(world, OFFICE)
    await world.passes(minutes=30)
    assert said(world, root, "has waited") == []
    await at(world, 9, 0)
    await world.bridge.timekeeper.tick()
    assert said(world, root, "has waited") == []
    await world.passes(minutes=1, seconds=30)
    await until(lambda: said(world, root, "has waited"))


async def at(world: World, hour: int, minute: int) -> None:
    """Move on to this time of a working day in Helsinki."""
    now = world.clock.now().astimezone(HELSINKI)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while then <= now or then.weekday() > 3:
        then += timedelta(days=1)
    world.clock.forward(seconds=(then.astimezone(UTC) - datetime.now(UTC)).total_seconds() - ahead(world))


def ahead(world: World) -> float:
    return (world.clock.now() - datetime.now(UTC)).total_seconds()


@BOTH
async def test_many_who_wait_share_one_line(world: World) -> None:
    await world.configure(FILE)
    for number in range(5):
        await (await world.visitor()).say(f"visitor {number}")
    await until(lambda: len(world.cards()) == 5)
    await world.passes(minutes=2, seconds=5)
    digest = await until(lambda: [post for post in world.cards() if "5 chats wait" in post["words"]])
    assert len(digest) == 1
    assert all(not said(world, card, "has waited") for card in world.cards()[:5])


@BOTH
async def test_the_transcript_goes_to_visitor_and_team(world: World) -> None:
    await world.configure(FILE)
    visitor = await world.visitor(language="fi")
    await visitor.say("missä pakettini on?")
    root = await world.card()
    await visitor.act("email", address="visitor@home.example")
    await world.answers(world.persons.anna, "It is here", root)
    await visitor.sees("It is here")
    await world.answers(world.persons.mikael, "a remark that stays here", root)
    await world.told(world.persons.mikael, "Not shown")
    await world.answers(world.persons.anna, "!close", root)
    mail = (await until(lambda: world.team.mails_to("visitor@home.example")))[0]
    assert mail.subject.startswith("Keskustelusi: Kauppa")
    assert "missä pakettini on?" in mail.text
    assert "It is here" in mail.text
    assert "remark" not in mail.text + mail.html
    assert mail.recipients == ("visitor@home.example",)
    await until(lambda: world.team.mails_to(TEAM))
    await visitor.say("one more thing")
    await world.answers(world.persons.anna, "yes?", root)
    await visitor.sees("yes?")
    await visitor.act("end")
    await until(lambda: len(world.team.mails_to("visitor@home.example")) == 2)
    first, second = world.team.mails_to("visitor@home.example")
    assert first.message_id != second.message_id


@BOTH
async def test_a_doubtful_mail_is_repeated_once_with_the_same_message_id(world: World) -> None:
    visitor, root = await waits(world)
    world.team.fail_mail("cut_after_store")
    await world.answers(world.persons.anna, "!claim", root)
    await world.answers(world.persons.anna, "!close", root)
    await until(lambda: world.team.mails_to(TEAM))
    assert visitor.closed_with is None

    def passed() -> bool:
        world.clock.forward(seconds=2)
        world.bridge.courier.signals.ring("outbox")
        return len(world.team.mails_to(TEAM)) == 2

    await until(passed)
    await world.passes(minutes=5)
    first, second = world.team.mails_to(TEAM)
    assert first.message_id == second.message_id


@BOTH
async def test_a_silent_visitor_is_asked_and_then_the_chat_ends(world: World) -> None:
    visitor, root = await waits(world)
    await world.answers(world.persons.anna, "What is your order number?", root)
    await visitor.sees("What is your order number?")
    await world.passes(minutes=14)
    assert not said(world, root, "is silent")
    await world.passes(minutes=2)
    await until(lambda: said(world, root, "is silent"))
    await until(lambda: "idle_asked" in str(visitor.frames))
    await world.passes(minutes=6)
    await until(lambda: visitor.state["status"] == "closed")
    await visitor.say("I am back")
    await until(lambda: visitor.state["status"] == "waiting")


@BOTH
async def test_a_visitor_who_waits_for_the_team_is_not_sent_away(world: World) -> None:
    visitor, root = await waits(world)
    await world.answers(world.persons.anna, "One moment", root)
    await visitor.sees("One moment")
    await visitor.say("thanks")
    for _ in range(10):
        await world.passes(minutes=20)
    assert visitor.state["status"] == "claimed"


@BOTH
async def test_an_agent_keeps_it_open(world: World) -> None:
    visitor, root = await waits(world)
    await world.answers(world.persons.anna, "What is your order number?", root)
    await visitor.sees("What is your order number?")
    await world.passes(minutes=16)
    asked = (await until(lambda: said(world, root, "is silent")))[0]
    await world.press(world.persons.anna, asked, "extend")
    await world.told(world.persons.anna, "The chat stays open")
    await world.passes(minutes=10)
    assert visitor.state["status"] == "claimed"


@BOTH
async def test_forgetting_reaches_every_copy_of_ours(world: World) -> None:
    visitor, root = await waits(world)
    await visitor.act("email", address="visitor@home.example")
    await visitor.say("my secret is kumquat")
    await until(lambda: world.lines(root) == ["my secret is kumquat"])
    await world.answers(world.persons.anna, "noted", root)
    await visitor.sees("noted")
    gone = await world.bridge.managers.forget("visitor@home.example")
    assert (gone.visitors, gone.conversations) == (1, 1)
    assert [left.count for left in gone.theirs] == [1]

    async with asyncio.timeout(PATIENCE):
        while (await world.bridge.managers.removals(gone.posts)).waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert "kumquat" not in str([world.cards(), world.thread(root)])
    await until(lambda: visitor.closed_with == 4401)
    await world.stop()
    files = [file.read_bytes() for file in Path(world.settings.database).parent.iterdir() if file.is_file()]
    assert files
    assert all(b"kumquat" not in file and b"visitor@home" not in file for file in files)


async def test_whoever_runs_the_machine_is_told_once(tmp_path: Path) -> None:
    """A channel without the app is one mail, however many wait for it; a second cause is another."""
    async with a_world(tmp_path, ops_email="ops@shop.example") as world:
        await world.start()
        await world.team.leave(SUPPORT, world.team.stage.workspace.bot.user_id)
        for number in range(3):
            await (await world.visitor()).say(f"visitor {number}")
        mail = (await until(lambda: world.team.mails_to("ops@shop.example")))[0]
        assert SUPPORT in mail.text
        assert "invite" in mail.text
        await world.passes(minutes=5)
        world.bridge.courier.signals.ring("outbox")
        await world.team.invite(SUPPORT, world.team.stage.workspace.bot.user_id)
        await until(lambda: len(world.cards()) == 3)
        assert len(world.team.mails_to("ops@shop.example")) == 1
