"""The pretend Slack as the other end of the contract."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground
from adapters.playground.workspace import ANNA, GUEST, OUTSIDER, SUPPORT
from adapters.slack import SlackSettings, identity
from adapters.slack.calls import open_session
from adapters.slack.render import RECEIPTS
from adapters.slack.workplace import SlackWorkplace
from bridge.inbound import Pressed
from bridge.ports import Placed, ThreadRef, Workplace
from tests.contract.desk import Desk
from tests.contract.side import People, Seen

METHODS = {
    "open_thread": "chat.postMessage",
    "post": "chat.postMessage",
    "edit_card": "chat.update",
    "delete": "chat.delete",
    "tell": "chat.postEphemeral",
    "mark": "reactions.add",
    "ping": "auth.test",
    "person": "users.info",
    "channel_fault": "conversations.info",
    "find": "conversations.replies",
    "replies": "conversations.replies",
    "changed_threads": "conversations.history",
}
KINDS = {
    "cut_before": "cut_before_store",
    "cut_after": "cut_after_store",
    "error_before": "error_500_before",
    "error_after": "error_500_after",
    "unreadable": "html_200",
    "truncated": "truncated_json",
    "wrong_place": "wrong_ts",
    "slow": "slow",
    "limited": "rate_limited",
}
PEOPLE = People(ANNA, GUEST, OUTSIDER, "U0NOBODY001")
CALL = re.compile(r"<(?:@|!|#)([^|>]*)")


@dataclass(eq=False)
class SlackSide:
    """See WireSide."""

    team: Playground
    workplace: SlackWorkplace
    settings: SlackSettings
    desk: Desk
    channel: str = SUPPORT
    people: People = PEOPLE
    opened: list[Any] = field(default_factory=list)

    def roots(self) -> list[Seen]:
        return [seen(one) for one in self.team.messages(self.channel) if "thread_ts" not in one or not _is_reply(one)]

    def replies(self, thread: ThreadRef) -> list[Seen]:
        return [seen(one) for one in self.team.thread(thread.channel, thread.root)[1:]]

    def told(self, agent: str) -> list[str]:
        return [seen(one).words for one in self.team.ephemerals(self.channel, agent)]

    def marks(self, ref: str) -> tuple[str, ...]:
        names = {name: receipt for receipt, name in RECEIPTS.items()}
        thread = next(one for one in self._everything() if one["ts"] == ref)
        return tuple(names[one["name"]] for one in thread.get("reactions", ()))

    def _everything(self) -> Iterator[dict[str, Any]]:
        for root in self.team.messages(self.channel):
            yield from self.team.thread(self.channel, root["ts"])

    def fail(self, method: str, kind: str, seconds: float = 0.0) -> None:
        self.team.fail(METHODS[method], KINDS[kind], seconds=seconds)

    def mend(self) -> None:
        self.team.clear_faults()

    def calls(self, method: str) -> int:
        return len(self.team.calls(METHODS[method]))

    def take_away(self, thread: ThreadRef) -> None:
        self.team.stage.workspace.remove(thread.channel, thread.root)

    async def settle(self) -> None:
        """What is posted shows at once."""

    async def impatient(self) -> Workplace:
        settings = SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=self.settings.api_url, timeout=0.4)
        session = open_session(settings)
        self.opened.append(session)
        return SlackWorkplace(settings, session)

    async def say(self, person: str, thread: ThreadRef, words: str) -> Placed:
        return identity.placed(await self.team.say(person, thread.channel, words, thread.root))

    async def go_down(self) -> None:
        await self.team.stop()

    async def withdraw(self) -> None:
        await self.team.token(revoked=True)

    async def put_out(self) -> None:
        await self.team.membership(self.channel, bot_is_member=False)

    async def drop_channel(self) -> None:
        del self.team.stage.workspace.channels[self.channel]

    async def press(self, person: str, seen: Seen, thread: ThreadRef, label: str) -> Pressed:
        (post,) = [one for one in self._everything() if one["ts"] == seen.ref]
        (button,) = [one for one in _buttons(post) if one["text"]["text"] == label]
        return await self.desk.presses(lambda: self.team.press(person, self.channel, seen.ref, button["action_id"]))


def _is_reply(message: dict[str, Any]) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for block in message["blocks"] if block["type"] == "actions" for one in block["elements"]]


def seen(message: dict[str, Any]) -> Seen:
    """A message of the wire as the page lays it out."""
    parts = list(_parts([block for block in message["blocks"] if block["type"] != "actions"]))
    calls = [shown for kind, shown in parts if kind == "call"] + CALL.findall(message["text"])
    urls = [shown for kind, shown in parts if kind == "link"]
    return Seen(
        ref=message["ts"],
        words="".join(shown for kind, shown in parts if kind in ("text", "link")).strip("\n"),
        author=message.get("username", ""),
        buttons=tuple(one["text"]["text"] for one in _buttons(message)),
        calls=tuple(dict.fromkeys(calls)),
        links=tuple((url, url) for url in urls),
        pictures=sum(kind == "picture" for kind, _ in parts),
        is_loud=message.get("subtype") == "thread_broadcast",
    )


def _parts(node: Any) -> Iterator[tuple[str, str]]:
    """Every leaf of the blocks: a text, a link without words of its own, a call, or a picture."""
    if isinstance(node, list):
        for one in node:
            yield from _parts(one)
        return
    kind = node.get("type")
    if kind in ("plain_text", "text"):
        yield "text", node["text"] + ("\n" if kind == "plain_text" else "")
    elif kind == "link":
        assert node.get("text", node["url"]) == node["url"]
        yield "link", node["url"]
    elif kind == "mrkdwn":
        yield from (("call", ref) for ref in CALL.findall(node["text"]))
        yield "text", html.unescape(CALL.sub("", node["text"])).strip(">")
    elif kind in ("user", "usergroup", "broadcast", "channel"):
        yield "call", str(node.get("user_id") or node.get("usergroup_id") or node)
    elif kind in ("image", "emoji"):
        yield "picture", ""
    else:
        yield from _parts([one for name in ("text", "fields", "elements") for one in _listed(node.get(name))])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []
