"""The commands of managers, each a process of its own, while the bridge runs or does not: what they say, what holds."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules
from adapters.playground.workspace import ANNA, SUPPORT
from tests.terminal.test_serve import address, serving
from tests.world import PATIENCE, Visitor, until

ROOT = Path(__file__).parents[2]
NEW = "https://new.example"
PLAN = """
[channels.support]
id = "{channel}"
[[channels.support.escalation]]
after = "{after}"
notify = true
[sites.main]
name = "Kauppa"
origins = ["{origin}"]
channel = "support"
"""
SECOND = """
[sites.second]
name = "Second"
origins = ["https://new.example"]
channel = "support"
"""
BROKEN = """
[channels.support]
id = "{channel}"
digest_above = 0
[[channels.support.escalation]]
after = "5"
notify = true
[[channels.support.escalation]]
after = "9m"
mail = "nobody"
[sites.main]
origins = ["{origin}/path"]
channel = "suport"
nonsense = 1
"""


@dataclass
class Office:
    """A manager's command line, beside a bridge that runs or does not."""

    team: Playground
    folder: Path
    url: str = ""
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "SILTA_SLACK_BOT_TOKEN": BOT_TOKEN,
            "SILTA_SLACK_APP_TOKEN": APP_TOKEN,
            "SILTA_SLACK_CHANNEL": SUPPORT,
            "SILTA_SLACK_API_URL": self.team.api_url,
            "SILTA_SITE_ORIGINS": self.team.url,
            "SILTA_DATABASE": str(self.folder / "silta.db"),
        }

    def file(self, text: str, **about: str) -> str:
        """Written down; its path."""
        path = self.folder / "silta.toml"
        known = {"channel": SUPPORT, "origin": self.team.url, "after": "1h", **about}
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        path.write_text(text, encoding="utf-8")
        return str(path)

    async def run(self, *words: str, **changes: str) -> tuple[int, str, str]:
        """The exit code, what it printed, and what it said on standard error."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SILTA_")}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "app.py"),
            *words,
            env={**kept, **self.settings, **changes},
            cwd=self.folder,
            stdout=PIPE,
            stderr=PIPE,
        )
        async with asyncio.timeout(6 * PATIENCE):
            out, err = await child.communicate()
        assert b"Traceback" not in err, err.decode()
        return child.returncode or 0, out.decode(), err.decode()

    async def says(self, *words: str, **changes: str) -> str:
        """What a command prints that goes well."""
        code, out, err = await self.run(*words, **changes)
        assert (code, err) == (0, ""), err
        return out

    async def visitor(self, text: str) -> Visitor:
        visitor = Visitor(self.url, self.team.url)
        self.visitors.append(visitor)
        await visitor.arrive()
        await visitor.say(text)
        return visitor

    async def root(self, words: str) -> dict[str, Any]:
        """The card of whoever said this."""
        found = await until(lambda: [card for card in self.cards() if words in str(card["blocks"])])
        return dict(found[0])

    def cards(self) -> list[dict[str, Any]]:
        return [root for root in self.team.messages(SUPPORT) if root.get("bot_id")]

    def rows(self, query: str) -> list[Any]:
        """What the database holds."""
        with closing(sqlite3.connect(f"file:{self.folder}/silta.db?mode=ro", uri=True)) as memory:
            return memory.execute(query).fetchall()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """No bridge runs."""
    team = Playground(rules=Rules(limits=False))
    await team.start()
    yield Office(team, tmp_path)
    await team.stop()


@pytest.fixture
async def open_office(office: Office) -> AsyncIterator[Office]:
    """The bridge runs."""
    async with serving(office.team, office.folder, SILTA_SITE_ORIGINS=office.team.url) as process:
        office.url, _ = await address(process)
        yield office
        for visitor in office.visitors:
            await visitor.leave()


async def is_let_in(office: Office, origin: str, site: str) -> bool:
    """Whether a page there gets a visitor in."""
    async with ClientSession(headers={"Origin": origin}) as http:
        body = {"site": site, "language": "en"}
        async with http.post(f"{office.url}/v1/visitor/session", json=body) as answer:
            assert answer.status in (200, 403, 404)
            return answer.status == 200


async def test_what_is_applied_holds_while_the_bridge_runs(open_office: Office) -> None:
    """A new site's page is let in, a retired one's is not, and a shorter plan calls sooner; nothing is restarted."""
    office = open_office
    assert not await is_let_in(office, NEW, "second")
    visitor = await office.visitor("anybody there?")
    root = await office.root("anybody there?")
    told = await office.says("apply", office.file(PLAN + SECOND))
    assert "+ sites.second" in told
    assert await is_let_in(office, NEW, "second")
    assert not await is_let_in(office, NEW, "main")
    told = await office.says("apply", office.file(PLAN, after="1s"))
    assert "escalation[1].after" in told
    await until(lambda: [one for one in office.team.thread(SUPPORT, root["ts"]) if "has waited" in one["text"]])
    assert not await is_let_in(office, NEW, "second")
    await visitor.say("still here")
    await office.team.say(ANNA, SUPPORT, "yes", root["ts"])
    await visitor.sees("yes")


async def test_a_broken_file_changes_nothing_and_every_fault_is_told(open_office: Office) -> None:
    office = open_office
    await office.says("apply", office.file(PLAN + SECOND))
    before = await office.says("export")
    file = office.file(BROKEN)
    code, out, err = await office.run("apply", file)
    assert (code, out) == (2, "")
    paths = (
        "channels.support.digest_above",
        "channels.support.escalation[1].after",
        "channels.support.escalation[2].mail",
        "sites.main.origins",
        "sites.main.channel",
        "sites.main.nonsense",
    )
    assert [path for path in paths if path not in err] == []
    assert await office.says("export") == before
    assert await is_let_in(office, NEW, "second")


async def test_what_is_no_configuration_is_refused_with_a_sentence(office: Office) -> None:
    for command, text in (("apply", "[channels"), ("plan", ""), ("apply", "[sites]\nmain = 3\n")):
        code, out, err = await office.run(command, office.file(text))
        assert (code, out) == (2, "")
        assert err.strip()
    code, _, err = await office.run("apply", str(office.folder / "none.toml"))
    assert code == 2
    assert "none.toml" in err
    assert not await has_sites(office)


async def has_sites(office: Office) -> bool:
    """Whether anything was configured; the database may not even be there."""
    return (office.folder / "silta.db").exists() and office.rows("SELECT key FROM site") != []


async def test_a_plan_tells_and_changes_nothing_and_the_same_again_is_nothing(office: Office) -> None:
    file = office.file(PLAN + SECOND, after="90s")
    planned = await office.says("plan", file)
    assert "+ sites.second" in planned
    assert "90s without a claim: a notice in the thread" in planned
    assert not await has_sites(office)
    applied = await office.says("apply", file)
    assert applied.splitlines()[-1].endswith("changes")
    assert set(applied.splitlines()) <= set(planned.splitlines())
    assert await office.says("apply", file) == "nothing changes\n"
    assert (await office.says("plan", file)).startswith("nothing changes\n")
    exported = await office.says("export")
    (office.folder / "again.toml").write_text(exported)
    assert await office.says("apply", str(office.folder / "again.toml")) == "nothing changes\n"
    assert await office.says("export") == exported
    assert await office.says("export", "--output", str(office.folder / "third.toml")) == ""
    assert (office.folder / "third.toml").read_text() == exported


async def test_mails_without_a_mail_server_are_refused(office: Office) -> None:
    level = PLAN.replace("notify = true", 'mail = "oncall@shop.example"')
    copy = PLAN + '[sites.main.transcripts]\nto_team = "team@shop.example"\n'
    mail = {"SILTA_SMTP_HOST": "127.0.0.1", "SILTA_SMTP_SECURITY": "none", "SILTA_MAIL_FROM": "chat@shop.example"}
    for command, text in (("plan", level), ("apply", level), ("apply", copy)):
        code, out, err = await office.run(command, office.file(text))
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert "SILTA_SMTP_HOST" in err
    assert not await has_sites(office)
    assert "oncall@shop.example" in await office.says("plan", office.file(level), **mail)


# --- forgetting


async def talked(office: Office) -> tuple[Visitor, dict[str, Any]]:
    """A chat with an address, lines of both sides, and one that stands in the thread without having been heard."""
    visitor = await office.visitor("my name is kumquat")
    await visitor.act("email", address="kumquat@home.example")
    root = await office.root("kumquat")
    await office.team.say(ANNA, SUPPORT, "hello there", root["ts"])
    await visitor.sees("hello there")
    await visitor.say("kumquat again")
    await until(lambda: "kumquat again" in str(office.team.thread(SUPPORT, root["ts"])))
    return visitor, root


def ours_left(office: Office, root: dict[str, Any]) -> list[Any]:
    """Posts of ours that still stand in the channel or the thread."""
    posts = [*office.team.messages(SUPPORT), *office.team.thread(SUPPORT, root["ts"])]
    return [post["text"] for post in posts if post.get("bot_id") and "kumquat" in str(post)]


async def test_forgetting_while_the_bridge_runs(open_office: Office) -> None:
    office = open_office
    visitor, root = await talked(office)
    code, out, err = await office.run("forget", "kumquat@home.example", "--yes")
    assert (code, err) == (1, ""), out
    assert "erased here: 1 visitor, 1 conversation" in out
    left = [line for line in out.splitlines() if line.startswith("left: ")]
    assert len(left) == 1
    assert left[0].startswith("left: 1 message that people wrote in the thread ")
    assert root["ts"] in left[0]
    assert ours_left(office, root) == []
    await visitor.send({"type": "say", "key": "still-here", "text": "kumquat, still here"})
    await until(lambda: visitor.closed_with == 4401 or visitor.frames[-1]["type"] == "error")
    code, _, err = await office.run("forget", "kumquat@home.example", "--yes")
    assert code == 2
    assert "nobody is called kumquat@home.example" in err
    assert office.rows("SELECT count(*) FROM visitor") == [(0,)]


async def test_forgetting_without_a_bridge(office: Office) -> None:
    async with serving(office.team, office.folder, SILTA_SITE_ORIGINS=office.team.url) as process:
        office.url, _ = await address(process)
        visitor, root = await talked(office)
        await visitor.leave()
        process.terminate()
        await process.communicate()
    code, out, err = await office.run("forget", "kumquat@home.example", "--yes")
    assert (code, err) == (1, ""), out
    assert ours_left(office, root) == []
    assert f"left: 1 message that people wrote in the thread {root['ts']} " in out
    for file in office.folder.iterdir():
        assert b"kumquat" not in file.read_bytes(), file.name


async def test_nothing_left_is_told_by_the_exit_code(open_office: Office) -> None:
    office = open_office
    await office.visitor("only me, kumquat")
    root = await office.root("kumquat")
    ((name,),) = office.rows("SELECT id FROM visitor")
    code, out, _ = await office.run("forget", name, "--yes")
    assert code == 0
    assert "left: " not in out
    assert ours_left(office, root) == []


async def test_without_a_yes_nothing_is_forgotten(open_office: Office) -> None:
    office = open_office
    await office.visitor("my name is kumquat")
    ((name,),) = office.rows("SELECT id FROM visitor")
    code, out, _ = await office.run("forget", name)
    assert code == 1
    assert "[y/N]" in out
    assert office.rows("SELECT count(*) FROM visitor") == [(1,)]
