"""The pretend Teams as the other end of the contract."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from adapters.playground import Playground
from adapters.playground.teams.verbs import Teams
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, SUPPORT, TENANT
from adapters.teams import identity
from adapters.teams.connection import TeamsBridge, TeamsSettings, TeamsWorkplace, open_teams
from bridge.inbound import Pressed
from bridge.ports import Placed, ThreadRef, Workplace
from tests.contract.desk import Desk
from tests.contract.side import People, Seen

METHODS = {
    "open_thread": "create",
    "post": "send",
    "edit_card": "update",
    "delete": "delete",
    "ping": "token",
    "person": "member",
    "channel_fault": "members",
}
KINDS = {
    "cut_before": "cut_before_store",
    "cut_after": "cut_after_store",
    "error_before": "error_500_before",
    "error_after": "error_500_after",
    "unreadable": "html_200",
    "truncated": "truncated_json",
    "wrong_place": "wrong_id",
    "slow": "slow",
    "limited": "throttled",
}
LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
VISITOR = "👤"
TEN_DAYS = 864_000_000


@dataclass(eq=False)
class TeamsSide:
    """See WireSide. People are known by their ids in the organisation."""

    team: Playground
    workplace: TeamsWorkplace
    desk: Desk
    people: People
    channel: str = SUPPORT
    opened: list[TeamsBridge] = field(default_factory=list)

    @property
    def teams(self) -> Teams:
        return self.team.teams

    def roots(self) -> list[Seen]:
        return [self._seen(one) for one in self.teams.messages(self.channel) if not one["deleted"]]

    def replies(self, thread: ThreadRef) -> list[Seen]:
        return [self._seen(one) for one in self.teams.thread(thread.channel, thread.root)[1:] if not one["deleted"]]

    def _seen(self, message: dict[str, Any]) -> Seen:
        known = self.teams.stage.workspace.people
        return seen(message, tuple(known[one].aad_id if one in known else one for one in message["mentions"]))

    def told(self, agent: str) -> list[str]:
        return []

    def marks(self, ref: str) -> tuple[str, ...]:
        return ()

    def fail(self, method: str, kind: str, seconds: float = 0.0) -> None:
        if kind == "wrong_place":  # an id that is merely another's cannot be told from a right one
            self.teams.stage.last_id += TEN_DAYS
        self.teams.fail(METHODS[method], KINDS[kind], seconds=seconds)

    def mend(self) -> None:
        self.teams.clear_faults()

    def calls(self, method: str) -> int:
        return len(self.teams.calls(METHODS[method]))

    def take_away(self, thread: ThreadRef) -> None:
        """As the rules of an organisation for how long things are kept do it: no trace is left."""
        posts = self.teams.stage.workspace.posts[thread.channel]
        for post in self.teams.stage.workspace.thread(thread.channel, thread.root):
            del posts[post.id]

    async def settle(self) -> None:
        """What is posted shows at once."""

    async def impatient(self) -> Workplace:
        settings = teams_settings(self.team, timeout=0.4)
        self.opened.append(await open_teams(settings))
        return self.opened[-1].workplace

    async def say(self, person: str, thread: ThreadRef, words: str) -> Placed:
        id = await self.teams.say(self._person(person), thread.channel, words, thread.root)
        return Placed(id, identity.order(id))

    def _person(self, ref: str) -> str:
        found = self.teams.stage.workspace.person(ref)
        assert found is not None
        return found.id

    async def go_down(self) -> None:
        await self.team.stop()

    async def withdraw(self) -> None:
        await self.teams.token(revoked=True)

    async def put_out(self) -> None:
        await self.teams.membership(bot_is_member=False)

    async def drop_channel(self) -> None:
        await self.teams.channel_deleted(self.channel)

    async def press(self, person: str, seen: Seen, thread: ThreadRef, label: str) -> Pressed:
        id = seen.ref.rpartition("/")[2]
        (post,) = [one for one in self.teams.thread(self.channel, thread.root) if one["id"] == id]
        (button,) = [one for one in post["buttons"] if one["title"] == label]
        who, value = self._person(person), button["data"]["value"]
        return await self.desk.presses(lambda: self.teams.press(who, self.channel, id, button["verb"], value))


def teams_settings(team: Playground, **more: Any) -> TeamsSettings:
    """Those of a bridge to the pretend Teams."""
    from_playground = team.teams
    return TeamsSettings(
        app_id=APP_ID,
        app_password=APP_PASSWORD,
        tenant_id=TENANT,
        login_url=from_playground.login_url,
        openid_url=from_playground.openid_url,
        service_url=from_playground.service_url,
        paced=False,
        **more,
    )


def seen(message: dict[str, Any], calls: tuple[str, ...]) -> Seen:
    """A message as a person sees it."""
    lines = message["text"].split("\n")
    author = next((line for line in lines if line.startswith(VISITOR)), "")
    if author:
        lines.remove(author)
    is_reply = message["thread"] != message["id"]
    return Seen(
        ref=f"{message['thread']}/{message['id']}" if is_reply and message["is_bot"] else message["id"],
        words="\n".join(lines).strip("\n"),
        author=author,
        buttons=tuple(one["title"] for one in message["buttons"]),
        calls=calls,
        links=tuple((html.unescape(url), html.unescape(shown)) for url, shown in LINK.findall(message["html"])),
        pictures=message["html"].count("<img"),
        is_loud=message["notifies"],
    )
